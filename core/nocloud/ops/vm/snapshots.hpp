#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// Whose snapshots: a VM that the filter has to accept. All of these throw Error{not_found} if there is none
/// of that name, Error{conflict} if it is another's.
struct SnapshotSubject {
  VmName vm;
  OwnerFilter owner = {};
};

/// In the order in which they were taken, by whatever program.
std::vector<Snapshot> list_snapshots(const Context& context, const SnapshotSubject& subject);

/// Keeps what the VM is now, with its memory if it is up. Without a name it gets the first free one of snap1,
/// snap2, … Gives the name. Throws Error{conflict} if it has one of this name.
SnapshotName take_snapshot(const Context& context, const SnapshotSubject& subject,
                           const std::optional<SnapshotName>& name);

/// Makes the VM what it was then, by default at the newest snapshot: one that was up goes on at once, with
/// its clock set to now. Gives the snapshot's name. Throws Error{not_found} if there is none.
std::string revert(const Context& context, const SnapshotSubject& subject,
                   const std::optional<std::string>& name);

/// Throws Error{not_found} if the VM has none of this name.
void delete_snapshot(const Context& context, const SnapshotSubject& subject, const std::string& name);

}  // namespace nocloud
