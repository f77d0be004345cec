#include "nocloud/program/data_files.hpp"

#include "nocloud/base/process/process.hpp"

namespace nocloud {
namespace {

/// Of an installation the folder that has bin, libexec/nocloud and share.
std::filesystem::path own_prefix() {
  const auto above = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  return above.filename() == "libexec" ? above.parent_path() : above;
}

/// Of the installation whose `vmtemplate` is found; where there is none, our own.
std::filesystem::path installed_prefix() {
  const auto tool = find_program("vmtemplate");
  if (!tool) return own_prefix();
  return std::filesystem::weakly_canonical(*tool).parent_path().parent_path();
}

}  // namespace

std::filesystem::path data_folder() {
  return own_prefix() / "share" / "nocloud";
}

std::filesystem::path installed_data_folder() {
  return installed_prefix() / "share" / "nocloud";
}

std::filesystem::path sibling_tool(std::string_view name) {
  return own_prefix() / "bin" / name;
}

std::optional<std::filesystem::path> own_program(std::string_view name) {
  for (const auto& prefix : {own_prefix(), installed_prefix()}) {
    const auto candidate = prefix / "libexec" / "nocloud" / name;
    if (find_program(candidate.string())) return candidate;
  }
  return std::nullopt;
}

}  // namespace nocloud
