#include "nocloud/image/source/installer_kernel.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/source/kernel_file.hpp"
#include "nocloud/image/sparse_file.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using IsoReader = Handle<archive, archive_read_free>;

constexpr std::array<std::string_view, 3> kernels{"install.amd/vmlinuz", "casper/vmlinuz",
                                                  "images/pxeboot/vmlinuz"};
constexpr std::array<std::string_view, 3> initrds{"install.amd/initrd.gz", "casper/initrd",
                                                  "images/pxeboot/initrd.img"};

/// The name that it is to have; empty for what is not looked for.
std::string_view wanted_name(std::string_view path) {
  if (std::find(kernels.begin(), kernels.end(), path) != kernels.end()) return "vmlinuz";
  if (std::find(initrds.begin(), initrds.end(), path) != initrds.end()) return "initrd";
  return {};
}

[[noreturn]] void refuse(archive* reader) {
  const char* why = archive_error_string(reader);
  throw Error(ErrorKind::invalid_input,
              fmt::format("it can't be read as an ISO image: {}", why ? printable(why) : "it is broken"),
              "Give an installer's image, or fetch it again.");
}

void write_entry(archive* reader, const fs::path& path) {
  SparseFile file(path);
  std::array<char, 65'536> buffer{};
  for (;;) {
    const auto count = archive_read_data(reader, buffer.data(), buffer.size());
    if (count < 0 || file.size() > largest_initrd_bytes) refuse(reader);
    if (count == 0) break;
    file.append({buffer.data(), static_cast<std::size_t>(count)});
  }
  file.finish();
}

}  // namespace

void extract_installer_kernel(const fs::path& iso, const fs::path& folder) {
  constexpr std::size_t block = 65'536;
  const IsoReader reader(archive_read_new());
  archive_read_support_format_iso9660(reader.get());
  if (archive_read_open_filename(reader.get(), iso.c_str(), block) != ARCHIVE_OK) refuse(reader.get());
  std::size_t found = 0;
  archive_entry* entry = nullptr;
  for (;;) {
    const int outcome = archive_read_next_header(reader.get(), &entry);
    if (outcome == ARCHIVE_EOF) break;
    if (outcome < ARCHIVE_WARN) refuse(reader.get());
    const char* path = archive_entry_pathname(entry);
    const auto name = path && archive_entry_filetype(entry) == AE_IFREG ? wanted_name(path) : "";
    if (name.empty()) continue;
    write_entry(reader.get(), folder / name);
    if (++found == 2) return;
  }
  throw Error(ErrorKind::invalid_input, "no installer's kernel and initrd are known in it",
              "Give those that it boots with --kernel and --initrd.");
}

}  // namespace nocloud
