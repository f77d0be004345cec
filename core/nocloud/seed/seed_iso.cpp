#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/seed/seed.hpp"

namespace nocloud {
namespace {

using Writer = Handle<archive, archive_write_free>;
using Entry = Handle<archive_entry, archive_entry_free>;

/// The date of the files in the image: a guest has no use for the true one.
constexpr time_t image_date = 1577836800;  // 2020-01-01

/// As libarchive chooses it: what it writes goes through a file there.
std::string temporary_root() {
  const char* configured = std::getenv("TMPDIR");
  return configured != nullptr ? configured : "/tmp";
}

[[noreturn]] void refuse_folder(std::string_view why) {
  throw Error(ErrorKind::unavailable,
              fmt::format("cannot make a seed for cloud-init with a temporary file in {}: {}",
                          cited(temporary_root()), why),
              "Set TMPDIR to a folder that is there, where you may write, and that is not full.");
}

void require(archive* writer, bool done) {
  if (done) return;
  const char* why = archive_error_string(writer);
  refuse_folder(why ? why : "no reason given");
}

la_ssize_t append(archive*, void* image, const void* bytes, std::size_t size) {
  static_cast<std::string*>(image)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void add_file(archive* writer, const char* name, std::string_view content) {
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0444);
  archive_entry_set_mtime(entry.get(), image_date, 0);
  archive_entry_set_atime(entry.get(), image_date, 0);
  archive_entry_set_ctime(entry.get(), image_date, 0);
  archive_entry_set_birthtime(entry.get(), image_date, 0);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  require(writer, archive_write_header(writer, entry.get()) == ARCHIVE_OK);
  require(writer, archive_write_data(writer, content.data(), content.size()) ==
                      static_cast<la_ssize_t>(content.size()));
}

}  // namespace

std::string seed_iso(const SeedTexts& texts) {
  std::string image;
  const Writer writer(archive_write_new());
  auto* iso = writer.get();
  require(iso, archive_write_set_format_iso9660(iso) == ARCHIVE_OK);
  require(iso,
          archive_write_set_options(iso, "iso9660:volume-id=cidata,rockridge=useful,joliet") == ARCHIVE_OK);
  require(iso, archive_write_open(iso, &image, nullptr, append, nullptr) == ARCHIVE_OK);
  add_file(iso, "meta-data", texts.meta_data);
  if (!texts.network_config.empty()) add_file(iso, "network-config", texts.network_config);
  add_file(iso, "user-data", texts.user_data);
  require(iso, archive_write_close(iso) == ARCHIVE_OK);
  return image;
}

void require_seed_room() {
  constexpr off_t room = 1 << 20;  // a seed with user-data of some size
  auto path = temporary_root() + "/nocloud-seed-XXXXXX";
  const Fd file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) refuse_folder(std::generic_category().message(errno));
  ::unlink(path.c_str());
  if (const int fault = ::posix_fallocate(file.get(), 0, room); fault != 0)
    refuse_folder(std::generic_category().message(fault));
}

}  // namespace nocloud
