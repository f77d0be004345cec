#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "nocloud/base/file/file.hpp"

namespace nocloud {

/// A temporary folder for disk images. Removes first what killed runs have left there.
std::unique_ptr<TemporaryFolder> scratch_folder();

/// A folder that a killed run has left, and how much room it took.
struct AbandonedFolder {
  std::filesystem::path folder;
  std::uint64_t bytes = 0;
};

/// Removes what the caller's killed runs have left where scratch folders are; gives what went.
std::vector<AbandonedFolder> remove_abandoned_folders();

}  // namespace nocloud
