#include "terraform_shim/provider/schema/fields.hpp"

namespace nocloud::terraform {

const Value* Fields::find(std::string_view name) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() || is_unknown(*found) ? nullptr : &*found;
}

Value Fields::raw(std::string_view name) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() ? Value() : *found;
}

std::optional<std::string> Fields::text(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  return value->get<std::string>();
}

bool Fields::is_set(std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr && value->get<bool>();
}

std::optional<std::vector<std::uint64_t>> Fields::numbers(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr || !is_wholly_known(*value)) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  for (const auto& element : *value)
    numbers.push_back(while_doing(name, [&] { return whole_number(element); }));
  return numbers;
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr || !is_wholly_known(*value) ? std::vector<std::string>()
                                                      : value->get<std::vector<std::string>>();
}

std::vector<Fields> Fields::items(std::string_view name) const {
  const auto* value = find(name);
  std::vector<Fields> items;
  if (value == nullptr) return items;
  for (const auto& element : *value) items.emplace_back(element);
  return items;
}

}  // namespace nocloud::terraform
