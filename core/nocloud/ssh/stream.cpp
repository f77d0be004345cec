#include "nocloud/ssh/stream.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/hop.hpp"

namespace nocloud {
namespace {

using Addresses = Handle<addrinfo, freeaddrinfo>;

Addresses numeric_address(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(endpoint.host.c_str(), fmt::format("{}", endpoint.port).c_str(), &hints, &found) != 0) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is no IP address", cited(endpoint.host)));
  }
  return Addresses(found);
}

void make_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) throw system_error("fcntl");
}

/// Ours and the peer's packets are small and answer each other: waiting to fill them would cost 40 ms a turn.
void send_at_once(int fd) {
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace

Stream::Stream(const Endpoint& endpoint) {
  check_endpoint(endpoint);
  if (endpoint.via.empty()) {
    begin_tcp(endpoint);
  } else {
    begin_process(endpoint);
  }
}

void Stream::begin_tcp(const Endpoint& endpoint) {
  const auto address = numeric_address(endpoint);
  socket_ = Fd(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) throw system_error("cannot make a socket");
  send_at_once(socket_.get());
  if (::connect(socket_.get(), address->ai_addr, address->ai_addrlen) == 0) {
    state_ = State::connected;
  } else if (errno != EINPROGRESS && errno != EINTR) {
    error_ = errno;
    state_ = State::failed;
  }
}

void Stream::begin_process(const Endpoint& endpoint) {
  process_ = std::make_unique<PipedProcess>(hop_arguments(endpoint, "INFO"));
  make_nonblocking(process_->socket());
  state_ = State::connected;
}

Stream::State Stream::state() {
  if (state_ != State::connecting) return state_;
  pollfd polled{socket_.get(), POLLOUT, 0};
  if (::poll(&polled, 1, 0) <= 0 || polled.revents == 0) return state_;
  socklen_t size = sizeof error_;
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error_, &size) != 0) error_ = errno;
  state_ = error_ == 0 ? State::connected : State::failed;
  return state_;
}

std::string Stream::complaint() {
  if (!process_) return {};
  constexpr std::size_t lines = 3;
  const auto errors = process_->take_errors();
  std::string complaint;
  for (const auto line : split(last_lines(trimmed(errors), lines), '\n')) {
    if (trimmed(line).empty()) continue;
    if (!complaint.empty()) complaint += "; ";
    complaint += printable(trimmed(line));
  }
  return complaint;
}

bool may_be_relayed(const Endpoint& endpoint) {
  return !endpoint.via.empty() || endpoint.host.starts_with("127.") || endpoint.host == "::1";
}

}  // namespace nocloud
