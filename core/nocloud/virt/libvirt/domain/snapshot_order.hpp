#pragma once

#include <string>
#include <vector>

#include "nocloud/model/snapshot.hpp"

namespace nocloud {

/// A snapshot and the one on which the VM went on when it was taken; empty for the first.
struct LinkedSnapshot {
  Snapshot snapshot;
  std::string parent;
};

/// The snapshots in the order in which they were taken. A snapshot comes after its parent, also if both are
/// of the same second or the host's clock was set back. Of two branches of the same second, the current
/// snapshot's comes last.
std::vector<Snapshot> in_order_taken(const std::vector<LinkedSnapshot>& snapshots);

}  // namespace nocloud
