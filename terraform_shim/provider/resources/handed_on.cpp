#include "terraform_shim/provider/resources/handed_on.hpp"

#include "terraform_shim/provider/schema/value.hpp"

namespace nocloud::terraform {

std::string handed_on(const std::vector<Thing>& things) {
  auto uuids = Value::array();
  for (const auto& thing : things) uuids.push_back(thing.uuid);
  return uuids.empty() ? std::string() : uuids.dump();
}

std::set<std::string> uuids_handed_on(std::string_view text) {
  const auto uuids = Value::parse(text, nullptr, false);
  std::set<std::string> found;
  if (!uuids.is_array()) return found;
  for (const auto& uuid : uuids) {
    if (uuid.is_string()) found.insert(uuid.get<std::string>());
  }
  return found;
}

}  // namespace nocloud::terraform
