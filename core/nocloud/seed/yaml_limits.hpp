#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nocloud {

/// Where a YAML text has more of something than is read, counted from 0, and what that is.
struct YamlExcess {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string what = {};
};

/// Looks for what libyaml takes quadratic time for, and PyYAML in the guest often fails at: deep nesting, and
/// very many anchors or directives. Takes time in proportion to the text. Nothing for a text within the
/// limits, and for one that is no YAML at all. Throws Error{failed} if there is no memory.
std::optional<YamlExcess> find_yaml_excess(std::string_view text);

}  // namespace nocloud
