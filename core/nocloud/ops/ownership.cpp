#include "nocloud/ops/ownership.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {

using nlohmann::json;

std::string owner_option(const Owner& owner) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._-";
  const auto name = printable(owner.str());
  if (name.find_first_not_of(plain) == std::string::npos) return "--owner " + name;
  // A quote would end the quotes around it.
  return name.find('\'') == std::string::npos ? fmt::format("--owner '{}'", name) : "--owner any";
}

Error another_owner(std::string_view what, const Owner& owner, const Owner& caller, std::string_view remedy) {
  return {
      ErrorKind::conflict,
      fmt::format("{} belongs to {}, and you are {}", what, printable(owner.str()), printable(caller.str())),
      std::string(remedy)};
}

void OthersVms::add(const Owner& owner) {
  ++count_;
  const auto name = printable(owner.str());
  if (count_ == 1) {
    first_ = name;
    option_ = owner_option(owner);
  } else if (name != first_) {
    several_owners_ = true;
    option_ = "--owner any";
  }
}

std::string OthersVms::str() const {
  return fmt::format("{} of {}{}", counted(count_, "VM"), first_, several_owners_ ? " and others" : "");
}

std::string not_shown(const OthersVms& others, const Owner& caller) {
  return fmt::format("not shown: {} (you are {}); `{}` shows them", others.str(), printable(caller.str()),
                     others.option());
}

json json_of(const Owner& owner) {
  return {owner.user, owner.host, owner.uid ? json(*owner.uid) : json(), owner.machine,
          owner.place == Owner::Place::at_hypervisor};
}

Owner owner_from(const json& entry) {
  Owner owner{.user = entry.at(0), .host = entry.at(1), .machine = entry.at(3)};
  if (!entry.at(2).is_null()) owner.uid = entry.at(2).get<std::uint32_t>();
  if (entry.at(4).get<bool>()) owner.place = Owner::Place::at_hypervisor;
  return owner;
}

}  // namespace nocloud
