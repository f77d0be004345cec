#include "ansible_collection/src/module/module_reporter.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace nocloud::ansible {
namespace {

/// As the name of a key: "logged in" → "logged_in".
std::string key_for(std::string_view what) {
  std::string key(what);
  std::replace_if(
      key.begin(), key.end(), [](unsigned char letter) { return std::isalnum(letter) == 0; }, '_');
  return key;
}

}  // namespace

double ModuleReporter::elapsed() const {
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - began_;
  return std::round(passed.count()) / 1000;
}

void ModuleReporter::step(std::string_view /*subject*/, std::string_view what) {
  const std::lock_guard lock(mutex_);
  steps_[key_for(what)] = elapsed();
}

void ModuleReporter::warn(std::string_view text, std::string_view remedy) {
  const std::lock_guard lock(mutex_);
  warnings_.push_back(remedy.empty() ? std::string(text) : fmt::format("{}. {}", text, remedy));
}

std::vector<std::string> ModuleReporter::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

nlohmann::json ModuleReporter::timings() const {
  const std::lock_guard lock(mutex_);
  nlohmann::json timings(steps_);
  timings["total"] = elapsed();
  return timings;
}

}  // namespace nocloud::ansible
