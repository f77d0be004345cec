#include "nocloud/app/standard_streams.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
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
