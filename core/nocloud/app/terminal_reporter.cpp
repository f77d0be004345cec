#include "nocloud/app/terminal_reporter.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

namespace nocloud {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

TerminalReporter::TerminalReporter(Verbosity verbosity) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  shows_steps_ = verbosity == Verbosity::verbose || (terminal && verbosity == Verbosity::normal);
  colours_ = terminal && !is_set("NO_COLOR");
}

void TerminalReporter::step(std::string_view subject, std::string_view what) {
  if (!shows_steps_) return;
  const std::lock_guard lock(mutex_);
  if (colours_) {
    fmt::print(stderr, "\x1b[2m{}: {}\x1b[0m\n", subject, what);
  } else {
    fmt::print(stderr, "{}: {}\n", subject, what);
  }
}

void TerminalReporter::warn(std::string_view text, std::string_view remedy) {
  const std::lock_guard lock(mutex_);
  fmt::print(stderr, "warning: {}\n", text);
  if (!remedy.empty()) fmt::print(stderr, "  {}\n", remedy);
}

}  // namespace nocloud
