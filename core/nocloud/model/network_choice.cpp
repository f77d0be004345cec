#include "nocloud/model/network_choice.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/name.hpp"

namespace nocloud {
namespace {

/// Gives the name back if it obeys its kind's rule.
template <class NameType>
std::string checked(std::string_view name) {
  return NameType::parse(name).str();
}

}  // namespace

NetworkChoice NetworkChoice::parse(std::string_view text) {
  const auto equals = text.find('=');
  const auto kind = text.substr(0, equals);
  const bool named = equals != std::string_view::npos;
  const auto name = named ? text.substr(equals + 1) : std::string_view{};
  if (kind == "nat" && !named) return {};
  if (kind == "user" && !named) return {.kind = NetworkKind::user, .name = {}};
  if (kind == "user" && named && name == restricted)
    return {.kind = NetworkKind::user, .name = std::string(name)};
  if (kind == "nat" && named) return {.kind = NetworkKind::nat, .name = checked<NetworkName>(name)};
  if (kind == "bridge" && named) return {.kind = NetworkKind::bridge, .name = checked<BridgeName>(name)};
  if (kind == "group" && named) return {.kind = NetworkKind::group, .name = checked<GroupName>(name)};
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no network", cited(text)),
              "Networks are nat, nat=NAME, user, user=restricted and bridge=NAME.");
}

NetworkChoice NetworkChoice::parse_chosen(std::string_view text) {
  auto network = parse(text);
  if (network.kind != NetworkKind::group) return network;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no network to choose", cited(text)),
              "The VMs of a group meet on it by themselves beside `user`.");
}

std::string NetworkChoice::str() const {
  switch (kind) {
    case NetworkKind::nat:
      return name == NetworkChoice{}.name ? "nat" : "nat=" + name;
    case NetworkKind::user:
      return name.empty() ? "user" : "user=" + name;
    case NetworkKind::bridge:
      return "bridge=" + name;
    case NetworkKind::group:
      return "group=" + name;
  }
  throw Error(ErrorKind::failed, "internal error: a network of no kind");
}

}  // namespace nocloud
