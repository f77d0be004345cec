#pragma once

#include <set>
#include <string>
#include <vector>

namespace nocloud {

/// The file that a disk of this machine is made of, and the files below it, from the top down. A link is told
/// by its own name and by that of its target. Only headers are read. Ends at a file that is in `known`.
/// Throws Error{failed} if a file can't be read or what it says can't be followed.
std::vector<std::string> disk_chain(const std::string& disk, const std::set<std::string>& known);

/// Whether something is there that can't be a disk: a folder, a socket, a terminal.
bool is_no_disk(const std::string& path);

}  // namespace nocloud
