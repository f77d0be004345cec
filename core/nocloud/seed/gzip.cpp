#include "nocloud/seed/gzip.hpp"

#include <array>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"

namespace nocloud {
namespace {

using Reader = Handle<archive, archive_read_free>;

[[noreturn]] void refuse_broken() {
  throw Error(ErrorKind::invalid_input, "the user-data begins like gzip, but cannot be unpacked",
              "Give the file as it was before it was compressed.");
}

}  // namespace

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b");
}

std::string gunzip(std::string_view bytes, std::size_t limit) {
  const Reader reader(archive_read_new());
  archive_entry* entry = nullptr;
  if (!reader || archive_read_support_filter_gzip(reader.get()) != ARCHIVE_OK ||
      archive_read_support_format_raw(reader.get()) != ARCHIVE_OK ||
      archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    refuse_broken();
  }
  std::string out;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto count = archive_read_data(reader.get(), buffer.data(), buffer.size());
    if (count < 0) refuse_broken();
    if (count == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(count));
    if (out.size() > limit) {
      throw Error(ErrorKind::invalid_input,
                  fmt::format("the user-data is larger than {} KiB unpacked", limit >> 10U),
                  "Let a small one fetch the rest: '#include URL', or a script.");
    }
  }
}

}  // namespace nocloud
