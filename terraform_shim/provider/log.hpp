#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "nocloud/base/reporter.hpp"
#include "terraform_shim/provider/schema/diagnostic.hpp"

namespace nocloud::terraform {

enum class LogLevel { info, warn, error };

/// A line as Terraform takes it into its own log; without the newline.
std::string log_line(LogLevel level, std::string_view message, std::chrono::system_clock::time_point when);

/// Writes such lines on standard error. Safe to call from several threads.
class Log final : public Reporter {
 public:
  void write(LogLevel level, std::string_view message);

  void step(std::string_view subject, std::string_view what) override;
  void warn(std::string_view text, std::string_view remedy) override;

 private:
  std::mutex mutex_;
};

/// Hears of one call: what Terraform's user should know is told as the call's diagnostics, and all of it is
/// logged.
class CallReporter final : public Reporter {
 public:
  explicit CallReporter(Reporter& log) : log_(log) {}

  void step(std::string_view subject, std::string_view what) override { log_.step(subject, what); }
  void warn(std::string_view text, std::string_view remedy) override;

  Diagnostics take();

 private:
  Reporter& log_;
  std::mutex mutex_;
  Diagnostics warnings_;
};

}  // namespace nocloud::terraform
