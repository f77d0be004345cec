#include "fetch/partial_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::refusal_of;
using testing::HasSubstr;

class Partial : public testing::Test {
 protected:
  PartialFile open(const std::string& url = "https://example.org/a") const {
    return {path, DownloadUrl::parse(url)};
  }
  /// What a download that broke off has left.
  void leave(const std::string& version, std::string_view bytes) const {
    auto file = open();
    file.restart(version);
    file.append(bytes);
  }
  std::string content() const { return read_file(path, 1000); }

  TemporaryFolder folder;
  fs::path path = folder.path() / "disk";
};

TEST_F(Partial, IsGoneOnWith) {
  EXPECT_EQ(open().size(), 0U);
  leave("\"1\"", "abc");
  auto file = open();
  EXPECT_EQ(file.size(), 3U);
  EXPECT_EQ(file.version(), "\"1\"");
  file.append("def");
  file.finish();
  EXPECT_EQ(content(), "abcdef");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "nothing is left beside it";
}

TEST_F(Partial, OfAnotherUrlCountsAsEmpty) {
  leave("\"1\"", "abc");
  EXPECT_EQ(open("https://example.org/b").size(), 0U);
}

TEST_F(Partial, OfNoKnownVersionCountsAsEmpty) {
  leave("\"1\"", "abc");
  write_file(path.string() + ".origin", "{\"url_sha256\": 7", 0600);
  EXPECT_EQ(open().size(), 0U);
  write_file(path, "whole", 0600);
  EXPECT_EQ(open().size(), 0U) << "as one that was finished";
}

TEST_F(Partial, ThatNobodyCouldGoOnWithIsRemoved) {
  leave("", "abc");
  EXPECT_TRUE(fs::is_empty(folder.path()));
  leave("\"1\"", "");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(Partial, StartsAgainForANewVersion) {
  leave("\"1\"", "abc");
  leave("\"2\"", "x");
  EXPECT_EQ(open().version(), "\"2\"");
  EXPECT_EQ(content(), "x");
}

TEST_F(Partial, SaysWhenThereIsNoRoom) {
  const auto file = open();
  file.require_room(1);
  const auto error = refusal_of([&] { file.require_room(std::uint64_t{1} << 60U); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.message(), HasSubstr("has room for"));
  EXPECT_THAT(error.hint(), HasSubstr("XDG_CACHE_HOME"));
}

TEST_F(Partial, IsAFile) {
  fs::create_directory(path);
  refusal_of([&] { open(); });
  fs::remove(path);
  fs::create_symlink("elsewhere", path);
  refusal_of([&] { open(); });
  EXPECT_FALSE(fs::exists(folder.path() / "elsewhere")) << "a link is not followed";
}

}  // namespace
}  // namespace nocloud
