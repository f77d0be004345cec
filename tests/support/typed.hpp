#pragma once

#include <map>
#include <string>

#include "nocloud/program/tool.hpp"

namespace nocloud::test {

/// A command line of these options with their values, and no words.
inline Invocation typed(const std::map<std::string, std::string>& options) {
  std::map<std::string, Given> given;
  for (const auto& [name, value] : options) given.emplace(name, Given{.value = value, .place = "--" + name});
  return {std::move(given), {}};
}

}  // namespace nocloud::test
