#include "nocloud/virt/libvirt/domain/snapshot_order.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace nocloud {
namespace {

using ByName = std::map<std::string_view, const LinkedSnapshot*>;

/// What tells of two snapshots which was first.
struct Rank {
  /// Of the snapshot or of one before it: the latest.
  std::int64_t time = 0;
  std::size_t parents = 0;
  bool current = false;
  std::string name;

  auto operator<=>(const Rank&) const = default;
};

Rank rank_of(const ByName& all, const LinkedSnapshot& linked) {
  Rank rank{.time = linked.snapshot.taken,
            .parents = 0,
            .current = linked.snapshot.current,
            .name = linked.snapshot.name};
  // A broken record could lead in a circle.
  for (auto above = all.find(linked.parent); above != all.end() && rank.parents < all.size();
       above = all.find(above->second->parent)) {
    rank.time = std::max(rank.time, above->second->snapshot.taken);
    ++rank.parents;
  }
  return rank;
}

}  // namespace

std::vector<Snapshot> in_order_taken(const std::vector<LinkedSnapshot>& snapshots) {
  ByName all;
  for (const auto& linked : snapshots) all.emplace(linked.snapshot.name, &linked);
  std::map<Rank, Snapshot> ranked;
  for (const auto& linked : snapshots) ranked.emplace(rank_of(all, linked), linked.snapshot);
  std::vector<Snapshot> ordered;
  for (auto& [rank, snapshot] : ranked) ordered.push_back(std::move(snapshot));
  return ordered;
}

}  // namespace nocloud
