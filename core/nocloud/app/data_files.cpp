#include "nocloud/app/data_files.hpp"

#include "nocloud/base/process.hpp"

namespace nocloud {

std::filesystem::path data_folder() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  return program.parent_path().parent_path() / "share" / "nocloud";
}

std::filesystem::path installed_data_folder() {
  const auto tool = find_program("vmtemplate");
  if (!tool) return data_folder();
  return std::filesystem::weakly_canonical(*tool).parent_path().parent_path() / "share" / "nocloud";
}

}  // namespace nocloud
