#include "nocloud/app/data_files.hpp"

namespace nocloud {

std::filesystem::path data_folder() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  return program.parent_path().parent_path() / "share" / "nocloud";
}

}  // namespace nocloud
