#pragma once

#include <cstdint>
#include <vector>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// What nobody needed any more, and is gone.
struct Pruned {
  std::vector<Volume> images;
  std::vector<BrokenDownload> downloads;

  std::uint64_t bytes() const;
};

/// Removes the images that no template and no VM uses, whoever made them, and the caller's downloads that
/// broke off and were not gone on with for a day.
Pruned prune(const Context& context);

}  // namespace nocloud
