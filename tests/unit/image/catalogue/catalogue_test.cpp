#include "nocloud/image/catalogue/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::HasSubstr;

const TemplateName debian13 = TemplateName::parse("debian13");

std::string plain_entry(const std::string& more = "") {
  return R"({"debian13": {"mirror": "https://example.org/images", "image": "13/disk.qcow2",
             "checksums": "13/SHA512SUMS", "user": "debian")" +
         more + "}}";
}

TEST(ReadCatalogue, AnUnsignedImage) {
  const auto image = read_catalogue(plain_entry()).at(debian13);
  EXPECT_EQ(image.image.str(), "https://example.org/images/13/disk.qcow2");
  EXPECT_EQ(image.checksums.str(), "https://example.org/images/13/SHA512SUMS");
  EXPECT_EQ(image.file_name(), "disk.qcow2");
  EXPECT_EQ(image.user.str(), "debian");
  EXPECT_FALSE(image.signature);
  EXPECT_FALSE(image.tried);
}

TEST(ReadCatalogue, ASignedImage) {
  const auto image = read_catalogue(plain_entry(R"(, "signature": "13/SHA512SUMS.sign", "keys": "KEY",
      "signers": ["bf18 ac28 7617 8908 d6e7 1267 d36c b86c b86b 3716"], "tried": true)"))
                         .at(debian13);
  ASSERT_TRUE(image.signature);
  EXPECT_EQ(image.signature->url->str(), "https://example.org/images/13/SHA512SUMS.sign");
  EXPECT_EQ(std::get<DownloadUrl>(image.signature->keys).str(), "https://example.org/images/KEY");
  EXPECT_EQ(image.signature->signers.at(0).str(), "BF18AC2876178908D6E71267D36CB86CB86B3716");
  EXPECT_TRUE(image.tried);
}

TEST(ReadCatalogue, ASignatureWithinTheListByAKeyringOfThisMachine) {
  const auto image =
      read_catalogue(plain_entry(R"(, "signature": "within", "keys": "/usr/share/keyrings/x.gpg")"))
          .at(debian13);
  EXPECT_FALSE(image.signature->url);
  EXPECT_EQ(std::get<std::filesystem::path>(image.signature->keys), "/usr/share/keyrings/x.gpg");
}

TEST(ReadCatalogue, ASignatureOfTheImageItself) {
  const auto entry = plain_entry(R"(, "signature": "13/disk.sig", "signs": "image", "keys": "/k.gpg")");
  const auto image = read_catalogue(entry).at(debian13);
  EXPECT_EQ(image.signature->signs, PublisherSignature::Signs::image);
  EXPECT_EQ(image.signature->url->str(), "https://example.org/images/13/disk.sig");
  const auto listed =
      read_catalogue(plain_entry(R"(, "signature": "s", "signs": "checksums", "keys": "/k")"));
  EXPECT_EQ(listed.at(debian13).signature->signs, PublisherSignature::Signs::checksums);
}

TEST(ReadCatalogue, AnImageThatTheListNames) {
  const auto image = read_catalogue(R"({"a": {"mirror": "https://x/m", "image": "13/disk-*.qcow2",
                                              "checksums": "s", "user": "u"}})")
                         .at(TemplateName::parse("a"));
  EXPECT_EQ(image.file_name(), "disk-*.qcow2");
  EXPECT_EQ(image.image_named("disk-1.6.qcow2").str(), "https://x/m/13/disk-1.6.qcow2");
}

TEST(ReadCatalogue, AtAnotherMirror) {
  const auto image = read_catalogue(plain_entry(), "http://mirror.example.org/debian/").at(debian13);
  EXPECT_EQ(image.image.str(), "http://mirror.example.org/debian/13/disk.qcow2");
}

TEST(ReadCatalogue, SaysWhatIsWrongWithWhich) {
  const auto refused = [](const std::string& text) {
    const auto error = refusal_of([&] { read_catalogue(text); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << text;
    return error.message();
  };
  EXPECT_THAT(refused("{"), HasSubstr("not JSON"));
  EXPECT_THAT(refused("[]"), HasSubstr("not an object"));
  EXPECT_THAT(refused(R"({"a": 1})"), HasSubstr("image 'a': it is not an object"));
  EXPECT_THAT(refused(R"({"-a": {"mirror": "https://x/"}})"), HasSubstr("image '-a'"));
  EXPECT_THAT(refused(R"({"a": {}})"), HasSubstr("it names no \"mirror\""));
  EXPECT_THAT(refused(R"({"a": {"mirror": "https://x/"}})"), HasSubstr("it has no \"image\""));
  EXPECT_THAT(refused(plain_entry(R"(, "colour": "red")")), HasSubstr("a member 'colour'; there are mirror"));
  EXPECT_THAT(refused(plain_entry(R"(, "tried": 1)")), HasSubstr("\"tried\" is neither true nor false"));
  EXPECT_THAT(refused(plain_entry(R"(, "keys": "KEY")")), HasSubstr("no \"signature\""));
  EXPECT_THAT(refused(plain_entry(R"(, "signs": "image")")), HasSubstr("no \"signature\""));
  EXPECT_THAT(refused(plain_entry(R"(, "signature": "s", "signs": "all", "keys": "/k")")),
              HasSubstr("neither checksums nor image: 'all'"));
  EXPECT_THAT(refused(plain_entry(R"(, "signature": "within", "signs": "image", "keys": "/k")")),
              HasSubstr("can't be within it"));
  EXPECT_THAT(refused(plain_entry(R"(, "signature": "s")")), HasSubstr("it has no \"keys\""));
  EXPECT_THAT(refused(plain_entry(R"(, "signature": "s", "keys": "KEY")")),
              HasSubstr("\"signers\" has to say"));
  EXPECT_THAT(refused(plain_entry(R"(, "signature": "s", "keys": "KEY", "signers": ["AB"])")),
              HasSubstr("'AB' is no fingerprint"));
  EXPECT_THAT(refused(plain_entry(R"(, "signature": "s", "keys": "/k", "signers": [])")),
              HasSubstr("\"signers\""));
  for (const auto* path : {"../x", "/x", "a//b", "https://elsewhere/x", "x?y", ""}) {
    EXPECT_THAT(refused(R"({"a": {"mirror": "https://x/", "user": "u", "checksums": "s", "image": ")" +
                        std::string(path) + R"("}})"),
                HasSubstr("no path below the mirror"))
        << path;
  }
  for (const auto* path : {"*/x", "a*b*", "**"}) {
    EXPECT_THAT(refused(R"({"a": {"mirror": "https://x/", "user": "u", "checksums": "s", "image": ")" +
                        std::string(path) + R"("}})"),
                HasSubstr("may have one `*`"))
        << path;
  }
  EXPECT_THAT(refused(R"({"a": {"mirror": "file:///etc", "user": "u", "checksums": "s", "image": "i"}})"),
              HasSubstr("\"image\""));
}

TEST(ReadCatalogue, TheLaterFileReplacesWhatItNames) {
  const TemporaryFolder folder;
  const auto ours = folder.path() / "ours";
  const auto theirs = folder.path() / "theirs";
  write_file(ours, plain_entry(), 0644);
  write_file(theirs,
             R"({"debian13": {"mirror": "https://own/", "image": "i", "checksums": "s", "user": "me"},
                 "other": {"mirror": "https://own/", "image": "i", "checksums": "s", "user": "me"}})",
             0644);
  const auto all = read_catalogues({.own = ours, .others = {folder.path() / "missing", theirs}});
  EXPECT_EQ(all.size(), 2U);
  EXPECT_EQ(all.at(debian13).image.str(), "https://own/i");
  write_file(theirs, "{}}", 0644);
  EXPECT_THAT(refusal_of([&] { read_catalogues({.own = ours, .others = {theirs}}); }).message(),
              HasSubstr(theirs.string()));
  write_file(theirs, "{}", 0666);
  EXPECT_THAT(refusal_of([&] { read_catalogues({.own = ours, .others = {theirs}}); }).hint(),
              HasSubstr("chmod go-w"));
}

TEST(ReadCatalogue, OfNocloud) {
  const auto ours =
      read_catalogues({.own = std::filesystem::path(NOCLOUD_TEST_DATA) / "../recipes/images.json"});
  EXPECT_TRUE(ours.contains(debian13));
  for (const auto& [name, image] : ours) {
    EXPECT_THAT(image.image.str(), testing::StartsWith("https://")) << name.str();
  }
}

}  // namespace
}  // namespace nocloud
