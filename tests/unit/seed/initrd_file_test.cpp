#include "nocloud/seed/initrd_file.hpp"

#include <map>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include "nocloud/base/handle.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// The archive's files with their content, as libarchive reads them.
std::map<std::string, std::string> unpacked(const std::string& image) {
  const Handle<archive, archive_read_free> reader(archive_read_new());
  archive_read_support_format_cpio(reader.get());
  archive_read_open_memory(reader.get(), image.data(), image.size());
  std::map<std::string, std::string> files;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    EXPECT_EQ(archive_entry_perm(entry), 0600U) << "answers may hold passwords";
    std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    archive_read_data(reader.get(), content.data(), content.size());
    files[archive_entry_pathname(entry)] = content;
  }
  EXPECT_EQ(archive_errno(reader.get()), 0);
  return files;
}

TEST(InitrdFile, HoldsTheFile) {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 4U, 4095U, 100'000U}) {
    const std::string content(size, 'x');
    EXPECT_THAT(unpacked(initrd_file(0, "preseed.cfg", content)), ElementsAre(Pair("preseed.cfg", content)));
    EXPECT_THAT(unpacked(initrd_file(0, "ks.cfg", content)), ElementsAre(Pair("ks.cfg", content)));
  }
}

TEST(InitrdFile, BeginsWhereLinuxLooksForIt) {
  for (const std::uint64_t before : {0U, 1U, 2U, 3U, 4U, 5U}) {
    const auto tail = initrd_file(before, "a", "b");
    const auto start = tail.find("070701");
    EXPECT_EQ((before + start) % 4, 0U);
    EXPECT_LT(start, 4U);
    EXPECT_EQ((before + tail.size()) % 4, 0U);
  }
}

}  // namespace
}  // namespace nocloud::test
