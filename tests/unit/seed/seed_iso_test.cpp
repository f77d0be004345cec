#include <map>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/seed/seed.hpp"
#include "unit/seed/example.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

SeedTexts texts() {
  return {.meta_data = "meta\n", .user_data = "user\n", .network_config = "network\n"};
}

/// The plain files of an image, as libarchive reads them back.
std::map<std::string, std::string> files_of(const std::string& image) {
  const Handle<archive, archive_read_free> reader(archive_read_new());
  archive_read_support_format_iso9660(reader.get());
  archive_read_open_memory(reader.get(), image.data(), image.size());
  std::map<std::string, std::string> files;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    archive_read_data(reader.get(), content.data(), content.size());
    files[archive_entry_pathname(entry)] = content;
  }
  return files;
}

TEST(SeedIso, HoldsTheThreeFiles) {
  EXPECT_THAT(files_of(seed_iso(texts())),
              ElementsAre(Pair("meta-data", "meta\n"), Pair("network-config", "network\n"),
                          Pair("user-data", "user\n")));
}

TEST(SeedIso, HoldsWhateverSizes) {
  for (const std::size_t size : {0U, 2047U, 2048U, 2049U, 700000U}) {
    auto large = texts();
    large.user_data = std::string(size, 'x');
    EXPECT_EQ(files_of(seed_iso(large))["user-data"], large.user_data) << size;
  }
}

TEST(SeedIso, HasTheLabelThatCloudInitLooksFor) {
  // ECMA-119, section 8.4: the primary descriptor is sector 16, its volume identifier at 40.
  EXPECT_EQ(seed_iso(texts()).substr(16 * 2048 + 40, 7), "CIDATA ");
}

TEST(SeedIso, IsReadByOtherPrograms) {
  if (!find_program("isoinfo")) GTEST_SKIP() << "there is no isoinfo here (Debian: genisoimage)";
  const TemporaryFolder folder;
  const auto path = (folder.path() / "seed.iso").string();
  write_file(path, seed_iso(texts()), 0600);
  EXPECT_EQ(output_of({"isoinfo", "-R", "-x", "/user-data", "-i", path}), "user\n");
  EXPECT_EQ(output_of({"isoinfo", "-J", "-x", "/network-config", "-i", path}), "network\n");
}

}  // namespace
}  // namespace nocloud::test
