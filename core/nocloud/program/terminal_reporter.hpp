#pragma once

#include <cstddef>
#include <mutex>
#include <string>

#include "nocloud/base/reporter.hpp"

namespace nocloud {

/// Of the terminal on standard error, one less than there are: a line that fills the last may be broken
/// there.
std::size_t terminal_columns();

enum class Verbosity { quiet, normal, verbose };

/// Progress and warnings on standard error. Steps are shown on a terminal, or when asked for; how far a
/// download is, in one line that is drawn over, on a terminal only; warnings always.
class TerminalReporter final : public Reporter {
 public:
  explicit TerminalReporter(Verbosity verbosity);
  ~TerminalReporter() override;
  TerminalReporter(const TerminalReporter&) = delete;
  TerminalReporter& operator=(const TerminalReporter&) = delete;

  void step(std::string_view subject, std::string_view what) override;
  void progress(std::string_view subject, std::uint64_t done, std::uint64_t total) override;
  void status(std::string_view subject, std::string_view what) override;
  void warn(std::string_view text, std::string_view remedy) override;

 private:
  void draw(const std::string& line);
  /// Makes room for what is printed next.
  void erase_line();

  std::mutex mutex_;
  bool shows_steps_;
  bool shows_progress_;
  bool colours_;
  /// Of the line that is drawn over; 0 if there is none.
  std::size_t drawn_ = 0;
};

}  // namespace nocloud
