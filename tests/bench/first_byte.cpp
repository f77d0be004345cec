// first_byte HOST RUNS
//
// A stand-in for a guest's sshd that begins to accept at a known moment, and how long after it our first byte
// of a handshake arrives (milliseconds, one number a run); and the CPU time that waiting takes. HOST is an
// address of this machine: on 127.0.0.1 nocloud has to reckon with a relay that accepts for a guest who is
// not there.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/ssh/keys/host_key.hpp"
#include "nocloud/ssh/libssh.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;
using TimePoint = std::chrono::steady_clock::time_point;

TimePoint now() {
  return std::chrono::steady_clock::now();
}

/// What answers before the guest's sshd does.
enum class Before {
  /// The guest itself: it refuses.
  refusing,
  /// A relay that hangs up on each visitor, because the guest behind it refuses.
  closing,
  /// A relay that says nothing, because there is no guest behind it yet.
  silent,
};

class StandIn {
 public:
  StandIn(const std::string& host, Before before) : before_(before), socket_(bound(host)) {
    if (before_ != Before::refusing) listen();
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }

  std::uint16_t port() const noexcept { return port_; }

  /// Accepts from `opening` on, and says how long after that the first byte came.
  std::chrono::duration<double, std::milli> first_byte_after(TimePoint opening) {
    std::vector<Fd> visitors;
    while (now() < opening) serve_before(opening, visitors);
    const auto opened = now();
    if (before_ == Before::refusing) listen();
    for (;;) {
      const Fd visitor(accepted(opened + 60s));
      pollfd polled{visitor.get(), POLLIN, 0};
      char byte = 0;
      if (::poll(&polled, 1, 60000) == 1 && ::recv(visitor.get(), &byte, 1, 0) == 1) return now() - opened;
    }
  }

 private:
  static Fd bound(const std::string& host) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw system_error("cannot bind to " + host);
    }
    return socket;
  }

  void listen() const {
    if (::listen(socket_.get(), 64) != 0) throw system_error("listen");
  }

  Fd accepted(TimePoint until) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now());
    pollfd polled{socket_.get(), POLLIN, 0};
    if (left <= 0ms || ::poll(&polled, 1, static_cast<int>(left.count())) != 1) return Fd();
    return Fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

  void serve_before(TimePoint opening, std::vector<Fd>& visitors) const {
    if (before_ == Before::refusing) return std::this_thread::sleep_until(opening);
    auto visitor = accepted(opening);
    if (visitor && before_ == Before::silent) visitors.push_back(std::move(visitor));
  }

  Before before_;
  Fd socket_;
  std::uint16_t port_ = 0;
};

class Waiter {
 public:
  explicit Waiter(std::string host) : host_(std::move(host)) {
    Sha256 seed{};
    key_ = ssh_key_from_seed(seed, "bench");
    write_file(folder_.path() / "key", key_.private_key, 0600);
  }

  /// Waits for a guest that never finishes a handshake, until it is asked to stop.
  void wait_at(std::uint16_t port, TimePoint deadline, const std::stop_token& stop) const {
    try {
      LibSsh().wait_for({.endpoint = {.host = host_, .port = port},
                         .host_key = key_.public_key,
                         .user = UserName::parse("root"),
                         .identity = folder_.path() / "key"},
                        {.deadline = deadline, .stop = stop});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) throw;
    }
  }

 private:
  std::string host_;
  TemporaryFolder folder_;
  SshKey key_;
};

double milliseconds_to_first_byte(const std::string& host, Before before, std::chrono::milliseconds lead) {
  const Waiter waiter(host);
  StandIn guest(host, before);
  std::jthread client([&](const std::stop_token& stop) { waiter.wait_at(guest.port(), now() + 120s, stop); });
  return guest.first_byte_after(now() + lead).count();
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Of one core, while nobody answers.
double cpu_share_of_waiting(const std::string& host, std::chrono::seconds length) {
  const Waiter waiter(host);
  const StandIn guest(host, Before::refusing);
  const auto began = now();
  const auto used = cpu_seconds();
  waiter.wait_at(guest.port(), began + length, {});
  return (cpu_seconds() - used) / std::chrono::duration<double>(now() - began).count();
}

void measure(const std::string& host, Before before, const char* word, unsigned runs) {
  std::mt19937 dice(1);  // the same leads in every run
  std::uniform_int_distribution<int> lead(500, 1500);
  fmt::print("{}", word);
  for (unsigned run = 0; run < runs; ++run) {
    fmt::print(" {:.3f}", milliseconds_to_first_byte(host, before, std::chrono::milliseconds(lead(dice))));
  }
  fmt::print("\n");
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  using nocloud::Before;
  if (argc != 3) return std::fputs("usage: first_byte HOST RUNS\n", stderr), 2;
  try {
    const std::string host = argv[1];
    const auto runs = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
    nocloud::measure(host, Before::refusing, "refusing", runs);
    if (host.starts_with("127.")) {
      nocloud::measure(host, Before::closing, "closing", runs);
      nocloud::measure(host, Before::silent, "silent", runs);
    }
    fmt::print("cpu {:.5f}\n", nocloud::cpu_share_of_waiting(host, std::chrono::seconds(10)));
  } catch (const nocloud::Error& error) {
    return fmt::print(stderr, "first_byte: {}\n", error.message()), 1;
  }
}
