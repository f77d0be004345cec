#pragma once

#include <cstdio>
#include <mutex>

#include "nocloud/ops/reporter.hpp"

namespace nocloud {

enum class Verbosity { quiet, normal, verbose };

/// Progress and warnings on standard error. Steps are shown on a terminal, or when asked for; warnings
/// always.
class TerminalReporter final : public Reporter {
 public:
  explicit TerminalReporter(Verbosity verbosity);

  void step(std::string_view subject, std::string_view what) override;
  void warn(std::string_view text, std::string_view remedy) override;

 private:
  std::mutex mutex_;
  bool shows_steps_;
  bool colours_;
};

}  // namespace nocloud
