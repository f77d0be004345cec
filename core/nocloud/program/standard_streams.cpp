#include "nocloud/program/standard_streams.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"

namespace nocloud {

void settle_standard_streams() {
  constexpr std::array<std::pair<int, int>, 3> streams{
      {{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_RDONLY}}};
  for (const auto& [stream, useless] : streams) {
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", useless);  // gets the lowest number that is free
  }
  std::signal(SIGPIPE, SIG_IGN);
}

void write_to_stderr(std::string_view text) noexcept {
  // Straight to the descriptor: a thread that hangs may hold the stream.
  while (!text.empty()) {
    const auto count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {  // whoever shares the terminal may have made it non-blocking
      constexpr int patience_ms = 1000;
      pollfd writable{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
      if (::poll(&writable, 1, patience_ms) <= 0) return;
    } else if (count == 0 || errno != EINTR) {
      return;
    }
  }
}

void write_to_stdout(std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string standard_input(std::size_t most) {
  std::string text;
  std::string piece(65536, '\0');
  for (;;) {
    const auto count = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0) throw system_error("standard input can't be read");
    if (count == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(count));
    if (text.size() > most) {
      throw Error(ErrorKind::invalid_input, fmt::format("standard input has more than {} bytes", most));
    }
  }
}

int flushed(const std::function<int()>& body) {
  try {
    const int status = body();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  } catch (const std::system_error&) {
    if (std::ferror(stdout) == 0) throw;  // else it is fmt's word for the same
  }
  throw Error(ErrorKind::failed, "the output could not be written");
}

}  // namespace nocloud
