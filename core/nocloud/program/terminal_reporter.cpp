#include "nocloud/program/terminal_reporter.hpp"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nocloud/program/progress_line.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::size_t terminal_columns() {
  constexpr std::size_t usual = 80;
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return (known ? size.ws_col : usual) - 1;
}

TerminalReporter::TerminalReporter(Verbosity verbosity) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  shows_steps_ = verbosity == Verbosity::verbose || (terminal && verbosity == Verbosity::normal);
  shows_progress_ = terminal && shows_steps_;
  colours_ = terminal && !is_set("NO_COLOR");
}

TerminalReporter::~TerminalReporter() {
  erase_line();
}

void TerminalReporter::erase_line() {
  if (drawn_ == 0) return;
  print_to_stderr("\r{:{}}\r", "", drawn_);
  drawn_ = 0;
}

void TerminalReporter::progress(std::string_view subject, std::uint64_t done, std::uint64_t total) {
  if (!shows_progress_) return;
  draw(progress_line(subject, done, total, terminal_columns()));
}

void TerminalReporter::status(std::string_view subject, std::string_view what) {
  if (!shows_progress_) return;
  draw(status_line(subject, what, terminal_columns()));
}

void TerminalReporter::draw(const std::string& line) {
  const std::lock_guard lock(mutex_);
  print_to_stderr("\r{:<{}}", line, drawn_);
  drawn_ = line.size();
}

void TerminalReporter::step(std::string_view subject, std::string_view what) {
  if (!shows_steps_) return;
  const std::lock_guard lock(mutex_);
  erase_line();
  if (colours_) {
    print_to_stderr("\x1b[2m{}: {}\x1b[0m\n", subject, what);
  } else {
    print_to_stderr("{}: {}\n", subject, what);
  }
}

void TerminalReporter::warn(std::string_view text, std::string_view remedy) {
  const std::lock_guard lock(mutex_);
  erase_line();
  print_to_stderr("warning: {}\n", text);
  if (!remedy.empty()) print_to_stderr("  {}\n", remedy);
}

}  // namespace nocloud
