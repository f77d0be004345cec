#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "nocloud/model/name.hpp"

namespace nocloud {

/// What `data "external"` asks: about one VM by its name, or about those of a group (and type).
struct ExternalQuery {
  std::optional<VmName> name = std::nullopt;
  std::optional<GroupName> group = std::nullopt;
  std::optional<TypeName> type = std::nullopt;
  /// Nothing: what nocloud is set to.
  std::optional<std::string> uri = std::nullopt;
  /// Whether it is a fault that no such VM is there.
  enum class Absence { answer, fault } absence = Absence::answer;
};

inline constexpr std::size_t largest_query = std::size_t{1} << 20U;

/// Reads the query as Terraform writes it: one JSON object of strings. A key that is null counts as left out,
/// an empty string does not. Throws Error{invalid_input} that names the key, and the known ones where it is
/// not one of them.
ExternalQuery read_query(std::string_view text);

}  // namespace nocloud
