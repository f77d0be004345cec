#pragma once

#include <cstdint>
#include <vector>

#include "nocloud/image/scratch.hpp"
#include "nocloud/ops/context.hpp"

namespace nocloud {

/// What nobody needed any more, and is gone.
struct Pruned {
  std::vector<Volume> images;
  std::vector<BrokenDownload> downloads;
  /// Temporary folders of runs that were killed.
  std::vector<AbandonedFolder> folders;

  std::uint64_t bytes() const;
};

/// Removes the images that no template and no VM uses, whoever made them; the caller's downloads that broke
/// off and were not gone on with for a day; what the caller's killed runs left in the temporary folder.
Pruned prune(const Context& context);

}  // namespace nocloud
