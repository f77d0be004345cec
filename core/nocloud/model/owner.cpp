#include "nocloud/model/owner.hpp"

namespace nocloud {

bool operator==(const Owner& one, const Owner& other) {
  using Place = Owner::Place;
  const bool same_names = one.user == other.user && one.host == other.host;
  if (!one.uid || !other.uid) return same_names;
  if (one.place == Place::at_hypervisor && other.place == Place::at_hypervisor) return one.uid == other.uid;
  if (one.machine.empty() && other.machine.empty()) return one.uid == other.uid && one.user == other.user;
  if (one.machine.empty() || other.machine.empty()) return same_names;
  return one.machine == other.machine && one.uid == other.uid;
}

}  // namespace nocloud
