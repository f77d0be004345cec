#include "nocloud/model/source/checksum.hpp"

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;

TEST(Checksum, IsReadAndWrittenBack) {
  for (const auto& text : {"sha256:" + std::string(64, 'a'), "sha512:" + std::string(128, '0')}) {
    EXPECT_EQ(Checksum::parse(text).str(), text);
  }
  EXPECT_EQ(Checksum::parse("sha256:" + std::string(64, 'F')).hex, std::string(64, 'f'));
  EXPECT_EQ(Checksum::parse("sha512:" + std::string(128, '0')).algorithm, DigestAlgorithm::sha512);
}

TEST(Checksum, IsNothingElse) {
  for (const auto& bad :
       {std::string(), std::string("sha256:"), std::string(64, 'a'), "md5:" + std::string(32, 'a'),
        "sha256:" + std::string(63, 'a'), "sha256:" + std::string(65, 'a'), "sha256:" + std::string(64, 'g'),
        "sha256: " + std::string(63, 'a'), "sha512:" + std::string(64, 'a'),
        "SHA256:" + std::string(64, 'a')}) {
    EXPECT_EQ(refusal_of([&] { Checksum::parse(bad); }).kind(), ErrorKind::invalid_input) << bad;
  }
}

}  // namespace
}  // namespace nocloud
