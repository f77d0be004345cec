#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nocloud {

/// Who made a VM: a user of a machine.
struct Owner {
  /// Login and host name, for people. Both can change while the person stays the same.
  std::string user;
  std::string host;
  /// The user's number on that machine; nothing in records of releases that did not write it.
  std::optional<std::uint32_t> uid = std::nullopt;
  /// A digest of the machine's id; empty if it has none, as many containers.
  std::string machine = {};
  /// Whether that machine is the one where the hypervisor runs; its containers count as that machine.
  enum class Place { elsewhere, at_hypervisor } place = Place::elsewhere;

  /// "user@host".
  std::string str() const { return user + "@" + host; }
};

/// Whether both are the same person: the same number at the hypervisor's own machine, or on one machine by
/// its id. Machines without an id count as one. Where only one of the two has what this takes, login and host
/// name decide.
bool operator==(const Owner& one, const Owner& other);

}  // namespace nocloud
