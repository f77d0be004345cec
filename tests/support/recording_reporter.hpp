#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/reporter.hpp"

namespace nocloud::test {

/// Remembers what it was told: "web00: started".
class RecordingReporter final : public Reporter {
 public:
  void step(std::string_view subject, std::string_view what) override {
    const std::lock_guard lock(mutex_);
    steps_.push_back(std::string(subject) + ": " + std::string(what));
  }
  void warn(std::string_view text, std::string_view /*remedy*/) override {
    const std::lock_guard lock(mutex_);
    warnings_.emplace_back(text);
  }

  std::vector<std::string> steps() const {
    const std::lock_guard lock(mutex_);
    return steps_;
  }
  std::vector<std::string> warnings() const {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }
  bool told(std::string_view step) const {
    const auto all = steps();
    return std::find(all.begin(), all.end(), step) != all.end();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> steps_;
  std::vector<std::string> warnings_;
};

}  // namespace nocloud::test
