#include "nocloud/model/source/download_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::HasSubstr;
using testing::Not;

TEST(DownloadUrl, IsHttpOrHttps) {
  for (const auto* url : {"https://example.org", "http://example.org/disk.qcow2",
                          "https://[::1]:8080/a%20b?x=1#y", "https://u:p@example.org/disk"}) {
    EXPECT_EQ(DownloadUrl::parse(url).str(), url);
  }
}

TEST(DownloadUrl, ShowsNoSecret) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://example.org/a/b.qcow2", "https://example.org/a/b.qcow2"},
      {"https://eva:hush@example.org:8080/a", "https://example.org:8080/a"},
      {"https://e@v:hu@sh@example.org/a@b", "https://example.org/a@b"},
      {"https://example.org/a?X-Signature=hush", "https://example.org/a"},
      {"https://example.org?token=hush/x", "https://example.org"},
      {"https://example.org/a#hush", "https://example.org/a"},
  };
  for (const auto& [url, shown] : cases) EXPECT_EQ(DownloadUrl::parse(url).public_str(), shown);
}

TEST(DownloadUrl, IsNothingElse) {
  for (const auto* bad : {"", "disk.qcow2", "/srv/disk.qcow2", "file:///etc/passwd", "ftp://example.org/a",
                          "HTTPS://example.org", "https://", "https:///a", "https://:80/a", "https://eva@/a",
                          "https://example.org/a b", "https://example.org/a\nHost: b",
                          "https://example.org\\@evil.org", "https://example.org/\xff"}) {
    EXPECT_EQ(refusal_of([&] { DownloadUrl::parse(bad); }).kind(), ErrorKind::invalid_input) << bad;
  }
  EXPECT_EQ(refusal_of([&] { DownloadUrl::parse("https://a/" + std::string(2048, 'b')); }).kind(),
            ErrorKind::invalid_input);
}

TEST(DownloadUrl, ItsErrorsShowNoSecretEither) {
  for (const auto* bad : {"ftp://eva:hush@example.org/a", "https://eva:hush@example.org/ ?hush"}) {
    EXPECT_THAT(refusal_of([&] { DownloadUrl::parse(bad); }).message(), Not(HasSubstr("hush"))) << bad;
  }
}

TEST(DownloadUrl, IsTheMeaningOfWordsWithAScheme) {
  for (const auto* url : {"https://a", "http://a/b", "ftp://a", "file:///a", "HTTPS://a"}) {
    EXPECT_TRUE(looks_like_url(url)) << url;
  }
  for (const auto* file : {"", "a", "/a/b", "./a://b", "a:b", "://a", "a b://c"}) {
    EXPECT_FALSE(looks_like_url(file)) << file;
  }
}

}  // namespace
}  // namespace nocloud
