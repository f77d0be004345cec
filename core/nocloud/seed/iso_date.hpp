#pragma once

#include <string>

namespace nocloud {

/// Replaces the time at which libarchive made the ISO 9660 image, which it offers no way to choose, by a
/// fixed one. Throws Error{failed} if the image is not built as libarchive builds it.
void forget_iso_date(std::string& image);

}  // namespace nocloud
