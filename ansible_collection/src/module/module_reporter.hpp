#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/base/reporter.hpp"

namespace nocloud::ansible {

/// Keeps what an operation reports for the module's result.
class ModuleReporter final : public Reporter {
 public:
  void step(std::string_view subject, std::string_view what) override;
  void warn(std::string_view text, std::string_view remedy) override;

  std::vector<std::string> warnings() const;
  /// Seconds from the beginning until the last VM had come this far: {"logged_in": 3.2, "total": 3.3}.
  nlohmann::json timings() const;

 private:
  double elapsed() const;

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
  std::map<std::string, double> steps_;
};

}  // namespace nocloud::ansible
