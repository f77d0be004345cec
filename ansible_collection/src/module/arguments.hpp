#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"

namespace nocloud::ansible {

/// Arguments that their declaration has accepted. One that was not given, and has no default, is absent.
class Arguments {
 public:
  /// `values` have the types that are declared for them.
  explicit Arguments(nlohmann::json values) : values_(std::move(values)) {}

  bool has(std::string_view name) const { return values_.contains(name); }
  std::optional<std::string> text(std::string_view name) const;
  std::optional<std::int64_t> number(std::string_view name) const;
  /// False if it is absent.
  bool is_set(std::string_view name) const;
  /// A list of text.
  std::optional<std::vector<std::string>> texts(std::string_view name) const;
  /// A list of dictionaries.
  std::optional<std::vector<Arguments>> items(std::string_view name) const;

  /// The text read by `parse`, or nothing; an Error of `parse` is told as the argument's.
  template <class Parse>
  auto parsed(std::string_view name, Parse&& parse) const
      -> std::optional<decltype(parse(std::string_view()))> {
    const auto given = text(name);
    if (!given) return std::nullopt;
    return while_doing(name, [&] { return parse(std::string_view(*given)); });
  }
  /// The same for a number.
  template <class Parse>
  auto counted(std::string_view name, Parse&& parse) const
      -> std::optional<decltype(parse(std::uint64_t()))> {
    const auto given = number(name);
    if (!given) return std::nullopt;
    return while_doing(name, [&] { return parse(not_negative(*given)); });
  }

  const nlohmann::json& values() const { return values_; }

 private:
  static std::uint64_t not_negative(std::int64_t number);
  const nlohmann::json* find(std::string_view name) const;

  nlohmann::json values_;
};

}  // namespace nocloud::ansible
