#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "nocloud/base/file/fd.hpp"

namespace nocloud {

/// The process that holds a lock (flock) on the open file, as the kernel tells it; nothing if no process that
/// can be seen from here holds one.
std::optional<pid_t> lock_holder(const Fd& file);

/// The same, from the text of /proc/locks, for the file with this device and inode. Some file systems
/// show another device there: then the inode alone decides.
std::optional<pid_t> lock_holder_in(std::string_view locks, dev_t device, ino_t inode);

/// How messages name a process: "process 4711 (vmstop -d web00)"; without the command where it can't be read.
std::string process_name(pid_t pid);

/// Whether that process runs the same program file as this one.
bool runs_our_program(pid_t pid);

}  // namespace nocloud
