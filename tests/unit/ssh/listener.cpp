#include "unit/ssh/listener.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"

namespace nocloud::test {
namespace {

constexpr int look_every_ms = 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A bound socket; with SO_REUSEADDR and SO_REUSEPORT on both, a second one may be bound and listen there.
Fd bound_socket(std::uint16_t port) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  const auto address = loopback(port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw system_error("bind");
  }
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

bool readable(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return ::poll(&polled, 1, look_every_ms) > 0;
}

/// Passes on at most `most` bytes, and takes them off. False at the end of the stream.
bool pass_on(int from, int to, std::size_t& most) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::recv(from, buffer.data(), std::min(buffer.size(), most), MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return true;
  if (count <= 0) return false;
  most -= static_cast<std::size_t>(count);
  return ::send(to, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
}

}  // namespace

ReservedPort::ReservedPort() : holder_(bound_socket(0)), number_(port_of(holder_.get())) {}

Listener::Listener(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
  open(0);
}

Listener::Listener(const ReservedPort& port, Behaviour behaviour) : behaviour_(std::move(behaviour)) {
  open(port.number());
}

Listener::~Listener() {
  ends_ = true;
  server_.join();
}

void Listener::open(std::uint16_t port) {
  socket_ = bound_socket(port);
  port_ = port_of(socket_.get());
  if (::listen(socket_.get(), 64) != 0) throw system_error("listen");
  server_ = std::jthread([this] { serve(); });
}

void Listener::serve() {
  while (!ends_) {
    if (!readable(socket_.get())) continue;
    const int connection = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const int yes = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    attendants_.emplace_back([this, connection, number = visitors_++] { attend(connection, number); });
  }
}

void Listener::attend(int connection, int number) {
  const Fd owned(connection);
  const int present = ++present_;
  int most = most_at_once_;
  while (present > most && !most_at_once_.compare_exchange_weak(most, present)) {
  }
  behaviour_(connection, number, ends_);
  --present_;
}

void say(int connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void stay(int connection, const std::atomic<bool>& ends) {
  std::array<char, 4096> buffer{};
  while (!ends) {
    if (readable(connection) && ::recv(connection, buffer.data(), buffer.size(), 0) <= 0) return;
  }
}

void reset_on_close(int connection) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void relay(int connection, std::uint16_t to_port, const std::atomic<bool>& ends, std::size_t most) {
  const Fd behind(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = loopback(to_port);
  if (::connect(behind.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  const int yes = 1;
  ::setsockopt(behind.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  while (!ends && most > 0) {
    std::array<pollfd, 2> polled{pollfd{connection, POLLIN, 0}, pollfd{behind.get(), POLLIN, 0}};
    if (::poll(polled.data(), polled.size(), look_every_ms) <= 0) continue;
    if (polled[0].revents != 0 && !pass_on(connection, behind.get(), unlimited)) return;
    if (polled[1].revents != 0 && !pass_on(behind.get(), connection, most)) return;
  }
}

}  // namespace nocloud::test
