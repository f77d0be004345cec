#include "ansible_collection/src/module/arguments.hpp"

#include <fmt/format.h>

namespace nocloud::ansible {

using nlohmann::json;

const json* Arguments::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &*found;
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr ? std::nullopt : std::optional(value->get<std::string>());
}

std::optional<std::int64_t> Arguments::number(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr ? std::nullopt : std::optional(value->get<std::int64_t>());
}

bool Arguments::is_set(std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr && value->get<bool>();
}

std::optional<std::vector<std::string>> Arguments::texts(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr ? std::nullopt : std::optional(value->get<std::vector<std::string>>());
}

std::optional<std::vector<Arguments>> Arguments::items(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::vector<Arguments> items;
  for (const auto& item : *value) items.emplace_back(item);
  return items;
}

std::uint64_t Arguments::not_negative(std::int64_t number) {
  if (number >= 0) return static_cast<std::uint64_t>(number);
  throw Error(ErrorKind::invalid_input, fmt::format("{} is less than nothing", number),
              "Give a number from 0 on.");
}

}  // namespace nocloud::ansible
