#include "nocloud/image/disk/disk_chain.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/refusal.hpp"
#include "unit/image/disk_files.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::big_endian;
using test::refusal_of;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class DiskChain : public testing::Test {
 protected:
  /// The start of a qcow2 file that is the difference to another.
  std::string layer(std::string_view name, const std::string& base, std::uint64_t offset = 104) {
    std::string head = "QFI\xfb" + big_endian(3, 4) + big_endian(offset, 8) + big_endian(base.size(), 4);
    head.resize(104, '\0');
    return files.file(name, head + base).string();
  }
  std::string path(std::string_view name) const { return files.path(name).string(); }
  std::string refusal(const std::string& disk) {
    return refusal_of([&] { disk_chain(disk, {}); }).message();
  }

  test::DiskFiles files;
};

TEST_F(DiskChain, GoesDownToTheFileThatStandsAlone) {
  files.file("base", "raw");
  layer("middle", "base");
  const auto top = layer("top", path("middle"));
  EXPECT_THAT(disk_chain(top, {}), ElementsAre(top, path("middle"), path("base")));
  EXPECT_THAT(disk_chain(top, {path("middle")}), ElementsAre(top, path("middle")));
}

TEST_F(DiskChain, ReadsEveryWayInWhichQemuNamesAFile) {
  files.file("base", "raw");
  const std::vector<std::string> names{
      "file:" + path("base"),
      fmt::format(R"(json:{{"driver":"qcow2","file":{{"driver":"file","filename":"{}"}}}})", path("base")),
      fmt::format(R"(json:{{"driver":"qcow2","file.driver":"file","file.filename":"{}"}})", path("base")),
      fmt::format(R"(json:{{"filename":"{}"}})", path("base"))};
  for (const auto& name : names)
    EXPECT_THAT(disk_chain(layer("top", name), {}), Contains(path("base"))) << name;
}

TEST_F(DiskChain, FollowsLinks) {
  const auto base = files.file("base", "raw");
  fs::create_symlink(base, files.path("link"));
  EXPECT_THAT(disk_chain(layer("top", "link"), {}), Contains(fs::canonical(base).string()));
}

TEST_F(DiskChain, KnowsWhatIsNoDisk) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  for (const auto& none : {path("pipe"), std::string("/"), std::string("/dev/null")})
    EXPECT_TRUE(is_no_disk(none));
  EXPECT_FALSE(is_no_disk(files.file("raw", "raw").string()));
  EXPECT_FALSE(is_no_disk(path("none"))) << "it may come back";
}

TEST_F(DiskChain, RefusesWhatCannotBeRead) {
  EXPECT_THAT(refusal(path("none")), HasSubstr("No such file"));
  EXPECT_THAT(refusal(layer("top", "none")), HasSubstr("none': No such file"));
  EXPECT_THAT(refusal(layer("top", "nbd:host:10809")), HasSubstr("not a file of this machine"));
  EXPECT_THAT(refusal(layer("top", "json:{\"driver\":\"nbd\",\"host\":\"h\"}")), HasSubstr("not a file of"));
  EXPECT_THAT(refusal(layer("top", "json:{")), HasSubstr("not a file of"));
  EXPECT_THAT(refusal(layer("top", "base", 1U << 30U)), HasSubstr("header is broken"));
  EXPECT_THAT(refusal(files.file("short", "QFI\xfb").string()), HasSubstr("cut short"));
  EXPECT_THAT(refusal(layer("circle", "circle")), HasSubstr("too many layers"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal(path("pipe")), HasSubstr("neither a file nor a disk"));
}

}  // namespace
}  // namespace nocloud
