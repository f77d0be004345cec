#pragma once

#include <set>
#include <string>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/model/name.hpp"

namespace nocloud {

/// A file that a disk is made of, of which the host does not tell what lies below it: no active storage pool
/// lists it.
struct LooseDisk {
  /// As the host or QEMU names it: an absolute path, or "json:{…}".
  std::string path;
  /// For messages: "the disk '/srv/db.qcow2' of the domain 'db'".
  std::string description;
  /// Whether it is known to be a disk, or only a path that some argument of QEMU has.
  enum class Kind { disk, perhaps } kind = Kind::disk;
};

/// Which of some volumes are in use, as far as the host tells.
struct VolumeUse {
  std::set<VolumeName> used;
  /// What lies below these is left to the caller to find out.
  std::vector<LooseDisk> loose;
  /// The paths of all volumes in active pools: what lies below them is counted already.
  std::set<std::string> listed;
  /// What may use volumes and could not be read.
  std::vector<Error> unread;
};

}  // namespace nocloud
