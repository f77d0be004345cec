#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace nocloud::test {

/// Environment variables that are as they were again when this goes.
class Surroundings {
 public:
  Surroundings() = default;
  ~Surroundings() {
    for (const auto& [name, value] : before_) assign(name, value);
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  void set(const std::string& name, const std::optional<std::string>& value) {
    const char* present = std::getenv(name.c_str());
    before_.try_emplace(name, present == nullptr ? std::nullopt : std::optional<std::string>(present));
    assign(name, value);
  }

 private:
  static void assign(const std::string& name, const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }

  std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace nocloud::test
