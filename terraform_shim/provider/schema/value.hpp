#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace nocloud::terraform {

/// A value of Terraform's: JSON's kinds, and *unknown* for what is decided only when a plan is applied. An
/// unknown may come refined ("not null", "starts with"); it is kept as it came, so that it goes back
/// unchanged.
using Value = nlohmann::json;

/// An unknown of which nothing more is said.
Value unknown();
bool is_unknown(const Value& value);
/// Whether it holds no unknown, however deep.
bool is_wholly_known(const Value& value);
/// With null in place of every unknown.
Value without_unknowns(Value value);

/// The largest nesting of values that is read.
inline constexpr std::size_t deepest_value = 64;

/// Reads a value as it comes over the wire. Throws Error{invalid_input} for anything that is no whole value
/// of Terraform's kinds.
Value read_msgpack(std::string_view bytes);
/// The same from JSON, in which there are no unknowns.
Value read_json(std::string_view text);
std::string write_msgpack(const Value& value);

/// The number if it is a whole one that is not negative. Throws Error{invalid_input}.
std::uint64_t whole_number(const Value& number);

/// Where in a value something is: names of attributes, keys of maps and positions in lists.
struct Path {
  struct Attribute {
    std::string name;
    bool operator==(const Attribute&) const = default;
  };
  struct Key {
    std::string key;
    bool operator==(const Key&) const = default;
  };
  struct Index {
    std::int64_t position = 0;
    bool operator==(const Index&) const = default;
  };
  using Step = std::variant<Attribute, Key, Index>;

  std::vector<Step> steps = {};

  static Path to(std::string_view attribute);
  /// This place, and one step on.
  Path then(Step step) const;
  bool operator==(const Path&) const = default;
};

}  // namespace nocloud::terraform
