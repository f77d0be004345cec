#pragma once

#include <memory>

#include "nocloud/base/file.hpp"

namespace nocloud {

/// A temporary folder for disk images.
std::unique_ptr<TemporaryFolder> scratch_folder();

}  // namespace nocloud
