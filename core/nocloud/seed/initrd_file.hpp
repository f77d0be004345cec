#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nocloud {

/// What is put behind an initrd of `initrd_bytes` so that the guest finds a file of this name and content in
/// its root: a further archive, which Linux unpacks over the first.
std::string initrd_file(std::uint64_t initrd_bytes, std::string_view name, std::string_view content);

}  // namespace nocloud
