#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/error.hpp"
#include "terraform_shim/provider/schema/value.hpp"

namespace nocloud::terraform {

/// The attributes of one object, read as nocloud's own types. What is null, missing or not known yet counts
/// as absent. An Error of a reader is told as the attribute's. Lives no longer than the object.
class Fields {
 public:
  /// Of null, all attributes are absent.
  explicit Fields(const Value& object) : object_(object) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The value as it is; null where there is none.
  Value raw(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;
  /// False if it is absent.
  bool is_set(std::string_view name) const;
  std::optional<std::vector<std::uint64_t>> numbers(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<Fields> items(std::string_view name) const;

  /// Text as `parse` reads it.
  template <class Parse>
  auto parsed(std::string_view name, Parse&& parse) const
      -> std::optional<decltype(parse(std::string_view()))> {
    const auto value = text(name);
    if (!value) return std::nullopt;
    return while_doing(name, [&] { return parse(std::string_view(*value)); });
  }
  /// A whole number as `of` takes it.
  template <class Of>
  auto counted(std::string_view name, Of&& of) const -> std::optional<decltype(of(std::uint64_t{}))> {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    return while_doing(name, [&] { return of(whole_number(*value)); });
  }

 private:
  /// Null where it is absent.
  const Value* find(std::string_view name) const;

  const Value& object_;
};

}  // namespace nocloud::terraform
