#include "nocloud/base/digest.hpp"

#include <gtest/gtest.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

struct DigestCase {
  std::string input;
  std::string sha1;
  std::string sha256;
};

// FIPS 180-2, appendices A and B, and the empty text.
const DigestCase published[] = {
    {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

TEST(Digest, gives_the_published_values) {
  for (const auto& [input, expected_sha1, expected_sha256] : published) {
    EXPECT_EQ(hex(bytes_of(sha1(input))), expected_sha1) << input;
    EXPECT_EQ(hex(bytes_of(sha256(input))), expected_sha256) << input;
  }
}

std::string of_a_million_letters(DigestAlgorithm algorithm) {
  DigestSum sum(algorithm);
  for (int i = 0; i < 1000; ++i) sum.add(std::string(1000, 'a'));
  return hex(sum.finish());
}

// FIPS 180-2, appendices B and C.
TEST(Digest, of_a_million_letters_in_pieces_is_the_published_one) {
  EXPECT_EQ(of_a_million_letters(DigestAlgorithm::sha256),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(of_a_million_letters(DigestAlgorithm::sha512),
            "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
            "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b");
}

TEST(Hkdf, gives_rfc_5869_test_case_3) {
  // Case 3 has no salt and no info; its first 32 of 42 bytes.
  const std::string secret(22, '\x0b');
  EXPECT_EQ(hex(bytes_of(hkdf_sha256(secret, ""))),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Hkdf, depends_on_secret_and_purpose) {
  const auto key = hkdf_sha256("secret", "one");
  EXPECT_EQ(key, hkdf_sha256("secret", "one"));
  EXPECT_NE(key, hkdf_sha256("secret", "two"));
  EXPECT_NE(key, hkdf_sha256("other", "one"));
}

TEST(RandomBytes, have_the_length_asked_for_and_differ) {
  EXPECT_EQ(random_bytes(0).size(), 0U);
  EXPECT_EQ(random_bytes(32).size(), 32U);
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

}  // namespace
}  // namespace nocloud
