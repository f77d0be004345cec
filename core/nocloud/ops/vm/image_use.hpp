#pragma once

#include <vector>

#include "nocloud/image/store/image_store.hpp"
#include "nocloud/ops/context.hpp"

namespace nocloud {

// Whoever removes images looks who uses them first. Whoever begins to use one, by a VM or a template, must
// not do so in between. That holds among the runs of one user on one machine, as all locks do. Among users it
// does not: so who removes looks at all domains again before each image, and who makes a VM or a
// template looks for its images again when its record is complete, and takes it back if they are gone.

/// For the removal of images, and of templates: from the look at who uses them to the last deletion.
FileLock lock_image_use(const Context& context);
/// For the record that names images: from the look at them until it is written. Many may do so at once.
FileLock share_image_use(const Context& context);

/// Stores what is not there yet, or not whole. Gives locks on the images, to be held until the template is
/// complete: whoever wants one of them, too, must find somebody who vouches for it, or would fill it anew
/// below the template.
std::vector<FileLock> store_images(const Context& context, const std::vector<ImageFile>& files);

}  // namespace nocloud
