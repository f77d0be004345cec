#include "terraform_shim/provider/log.hpp"

#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "nocloud/app/vm_json.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud::terraform {
namespace {

std::string_view word_for(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

}  // namespace

std::string log_line(LogLevel level, std::string_view message, std::chrono::system_clock::time_point when) {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(when);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(when - seconds).count();
  return json_line(
      {{"@level", word_for(level)},
       {"@message", message},
       {"@module", "nocloud"},
       {"@timestamp", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                                  fmt::gmtime(std::chrono::system_clock::to_time_t(when)), micros)}});
}

void Log::write(LogLevel level, std::string_view message) {
  const auto line = log_line(level, message, std::chrono::system_clock::now()) + '\n';
  const std::lock_guard lock(mutex_);
  write_to_stderr(line);
}

void Log::step(std::string_view subject, std::string_view what) {
  write(LogLevel::info, fmt::format("{}: {}", subject, what));
}

void Log::warn(std::string_view text, std::string_view /*remedy*/) {
  write(LogLevel::warn, text);
}

void CallReporter::warn(std::string_view text, std::string_view remedy) {
  log_.warn(text, remedy);
  const std::lock_guard lock(mutex_);
  warnings_.push_back(warning(std::string(text), std::string(remedy)));
}

Diagnostics CallReporter::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(warnings_, {});
}

}  // namespace nocloud::terraform
