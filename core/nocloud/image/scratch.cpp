#include "nocloud/image/scratch.hpp"

#include <cstdlib>
#include <system_error>

namespace nocloud {

std::unique_ptr<TemporaryFolder> scratch_folder() {
  // /tmp is often kept in memory, where a disk does not fit.
  constexpr auto for_large_files = "/var/tmp";
  std::error_code ignored;  // without that folder the usual place has to do
  const bool large =
      std::getenv("TMPDIR") == nullptr && std::filesystem::is_directory(for_large_files, ignored);
  return std::make_unique<TemporaryFolder>(large ? for_large_files : "");
}

}  // namespace nocloud
