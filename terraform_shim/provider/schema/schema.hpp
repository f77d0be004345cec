#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/concatenation.hpp"
#include "terraform_shim/provider/schema/diagnostic.hpp"
#include "terraform_shim/provider/schema/value.hpp"

namespace nocloud::terraform {

/// One attribute, declared once for its check, its plan and its documentation.
struct Attribute {
  std::string name;
  /// In Terraform's own notation: "string", ["list", "number"]. Null for a list of objects with `fields`.
  Value type = "string";
  std::string description;
  /// Who says what it is.
  enum class Source {
    required,
    optional,
    computed,
    /// The user, or where the user does not, we.
    either,
  } source = Source::optional;
  enum class OnChange { in_place, replace } on_change = OnChange::in_place;
  /// What it is where the user does not say; null for none. Such an attribute has the source `either`.
  Value default_value = nullptr;
  enum class Secrecy { open, secret } secrecy = Secrecy::open;
  /// Throws Error for a value that is none; of a list it is given each element. May be null.
  void (*check)(const Value& value) = nullptr;
  /// Of a list: how many elements it may have.
  std::size_t most = 65'536;
  /// Of a list of objects: their attributes.
  std::vector<Attribute> fields = {};

  bool is_given() const { return source != Source::computed; }
  bool is_computed() const { return source == Source::computed || source == Source::either; }
};

/// All that a resource, a data source or the provider itself says of its attributes.
struct Block {
  /// A sentence or more, in Markdown.
  std::string description;
  std::vector<Attribute> attributes;

  /// The one of this name, which has to be there.
  const Attribute& at(std::string_view name) const;
  /// An object in which every attribute is null.
  Value nothing() const;
  /// The same with the defaults.
  Value defaults() const;
};

/// Where a value that Terraform holds for the block is not of the block's types.
Diagnostics shape_errors(const Block& block, const Value& value);
/// What is wrong with a configuration: its shape, what is missing, and values that can't be meant. What is
/// unknown yet is not judged.
Diagnostics config_errors(const Block& block, const Value& config);
/// Throws Error{invalid_input} if the value is not of the block's types.
void require_shape(const Block& block, const Value& value);

/// Checks of one value, for Attribute::check.
template <auto Parse>
void check_text(const Value& value) {
  Parse(std::string_view(value.get_ref<const std::string&>()));
}
/// Throws Error with the remedy that `of` has for what is too large, if the number is not a whole one.
void check_whole(const Value& value, void (*of)(std::uint64_t number));
template <auto Of>
void check_number(const Value& value) {
  check_whole(value, [](std::uint64_t number) { Of(number); });
}

}  // namespace nocloud::terraform
