#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/image/source/unpack.hpp"
#include "nocloud/image/store/image_store.hpp"
#include "support/refusal.hpp"
#include "unit/image/disk_files.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::DiskFiles;
using test::refusal_of;
using testing::HasSubstr;

struct Packer {
  Arguments command;
  std::string suffix;
};
const Packer packers[] = {{{"gzip"}, ".gz"}, {{"xz", "-T1"}, ".xz"}, {{"zstd", "-q", "--rm"}, ".zst"}};

/// The file in its place, packed.
fs::path packed(const fs::path& file, const Packer& packer) {
  auto command = packer.command;
  command.push_back(file);
  output_of(command);
  return file.string() + packer.suffix;
}

std::string content_of(const fs::path& file) {
  return read_file(file, std::size_t{64} << 20U);
}

TEST(Unpack, GivesBackWhatWasPacked) {
  const std::string zeros(std::size_t{3} << 20U, '\0');
  for (const auto& packer : packers) {
    const std::string pieces(2 * file_piece, 'z');
    for (const auto& content : {std::string("x"), zeros, pieces, "x" + zeros + "y" + zeros}) {
      const DiskFiles disks;
      const auto file = packed(disks.file("disk", content), packer);
      unpack(LocalFile::open(file), disks.path("out"), {});
      EXPECT_TRUE(content_of(disks.path("out")) == content) << packer.suffix << " " << content.size();
    }
  }
}

TEST(Unpack, ZerosTakeNoRoom) {
  const DiskFiles disks;
  const auto file = packed(disks.file("disk", std::string(std::size_t{32} << 20U, '\0')), packers[0]);
  unpack(LocalFile::open(file), disks.path("out"), {});
  EXPECT_EQ(output_of({"du", "-k", disks.path("out")}).substr(0, 2), "0\t");
}

TEST(Unpack, PartsInARowAreOneFile) {
  const DiskFiles disks;
  const auto first = content_of(packed(disks.file("a", "abc"), packers[0]));
  const auto second = content_of(packed(disks.file("b", "def"), packers[0]));
  unpack(LocalFile::open(disks.file("both.gz", first + second)), disks.path("out"), {});
  EXPECT_EQ(content_of(disks.path("out")), "abcdef");
}

TEST(Unpack, RefusesWhatIsCutShortOrBroken) {
  for (const auto& packer : packers) {
    const DiskFiles disks;
    const auto file = packed(disks.raw("disk"), packer);
    const auto whole = content_of(file);
    auto flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(~flipped[whole.size() / 2]);
    for (const auto& bad : {whole.substr(0, whole.size() / 2), whole.substr(0, whole.size() - 1), flipped}) {
      const auto error = refusal_of(
          [&] { unpack(LocalFile::open(disks.file("bad" + packer.suffix, bad)), disks.path("out"), {}); });
      EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << packer.suffix << " " << bad.size();
      fs::remove(disks.path("out"));
    }
  }
}

TEST(Unpack, StopsWhenAskedTo) {
  const DiskFiles disks;
  const auto file = packed(disks.raw("disk"), packers[1]);
  std::stop_source stop;
  stop.request_stop();
  const auto error = refusal_of([&] { unpack(LocalFile::open(file), disks.path("out"), stop.get_token()); });
  EXPECT_EQ(error.kind(), ErrorKind::interrupted);
}

TEST(VerifyImage, takes_packed_images) {
  for (const auto& packer : packers) {
    const DiskFiles disks;
    const auto plain = verify_image(disks.qcow2("a.qcow2"), std::nullopt).disk.volume;
    const auto qcow2 = packed(disks.qcow2("a.qcow2"), packer);
    const auto image = verify_image(qcow2, std::nullopt);
    EXPECT_EQ(image.disk.volume, plain) << packer.suffix;
    EXPECT_TRUE(fs::exists(image.disk.path));
    const auto raw = packed(disks.raw("b.raw"), packer);
    EXPECT_TRUE(fs::exists(verify_image(raw, std::nullopt).disk.path)) << packer.suffix;
  }
}

TEST(VerifyImage, refuses_what_is_packed_in_a_packed_file) {
  const DiskFiles disks;
  const auto twice = packed(packed(disks.raw("a.raw"), packers[0]), packers[1]);
  EXPECT_THAT(refusal_of([&] { verify_image(twice, std::nullopt); }).message(),
              HasSubstr("unpacked: it is packed once more"));
  const auto text = packed(disks.file("notes", "remember the milk\n"), packers[2]);
  EXPECT_THAT(refusal_of([&] { verify_image(text, std::nullopt); }).message(),
              HasSubstr("unpacked: it is not qcow2"));
}

}  // namespace
}  // namespace nocloud
