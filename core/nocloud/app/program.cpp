#include "nocloud/app/program.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/app/caller.hpp"
#include "nocloud/app/config.hpp"
#include "nocloud/app/terminal_reporter.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// Turns SIGINT and SIGTERM into a stop request; a second one ends the program at once. Made before any other
/// thread, so that all of them leave the signals to this one.
class SignalWatch {
 public:
  SignalWatch() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::jthread([this](const std::stop_token& end) { watch(end); });
  }

  std::stop_token token() const { return stop_.get_token(); }

 private:
  void watch(const std::stop_token& end) {
    const timespec moment{.tv_sec = 0, .tv_nsec = 50'000'000};
    while (!end.stop_requested()) {
      if (::sigtimedwait(&signals_, nullptr, &moment) < 0) continue;
      if (!stop_.request_stop()) ::_exit(static_cast<int>(ErrorKind::interrupted));
    }
  }

  sigset_t signals_{};
  std::stop_source stop_;
  std::jthread thread_;
};

Verbosity verbosity_of(const Invocation& invocation) {
  invocation.require_one_at_most({"quiet", "verbose"});
  if (invocation.has("quiet")) return Verbosity::quiet;
  return invocation.has("verbose") ? Verbosity::verbose : Verbosity::normal;
}

void check_output(const Invocation& invocation) {
  const auto output = invocation.value("output");
  if (!output || *output == "text" || *output == "json") return;
  refuse_usage(fmt::format("--output can be text or json, not {}", cited(*output)));
}

int answer(const ToolSpec& tool, const std::vector<std::string>& arguments,
           const std::function<int(const Call&)>& body) {
  const auto invocation = read_invocation(tool, arguments, config_places(find_caller().home));
  if (invocation.has("help")) return fmt::print("{}", help_text(tool)), 0;
  if (invocation.has("version")) return fmt::print("{} {}\n", tool.name, NOCLOUD_VERSION), 0;
  check_output(invocation);
  TerminalReporter reporter(verbosity_of(invocation));
  const SignalWatch signals;
  return body({.invocation = invocation, .reporter = reporter, .stop = signals.token()});
}

/// A stream that the caller has closed is opened in a way that it can't be used: else the next file or
/// connection would take its number, and receive what is printed.
void occupy_closed_streams() {
  constexpr std::array<std::pair<int, int>, 3> streams{
      {{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_RDONLY}}};
  for (const auto& [stream, useless] : streams) {
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", useless);  // gets the lowest number that is free
  }
}

/// What was printed must have arrived: a full disk is no success.
int flushed(const std::function<int()>& body) {
  try {
    const int status = body();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  } catch (const std::system_error&) {
    if (std::ferror(stdout) == 0) throw;  // else it is fmt's word for the same
  }
  throw Error(ErrorKind::failed, "the output could not be written");
}

}  // namespace

void print_error(std::string_view program, const Error& error) {
  fmt::print(stderr, "{}: {}\n", program, error.message());
  if (!error.hint().empty()) fmt::print(stderr, "  {}\n", error.hint());
}

int run_program(const ToolSpec& tool, int argc, char** argv, const std::function<int(const Call&)>& body) {
  occupy_closed_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write(), not a sudden death
  try {
    return flushed([&] { return answer(tool, {argv + 1, argv + argc}, body); });
  } catch (const Error& error) {
    print_error(tool.name, error);
    return static_cast<int>(error.kind());
  } catch (const std::exception& error) {
    print_error(tool.name, Error(ErrorKind::failed, fmt::format("internal error: {}", error.what()),
                                 "This is a defect of nocloud; please report it with the command line."));
    return static_cast<int>(ErrorKind::failed);
  }
}

}  // namespace nocloud
