#include "nocloud/ssh/keys/image_host_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/host_key.hpp"
#include "nocloud/ssh/keys/public_key.hpp"
#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

std::string key() {
  return ssh_key_from_seed(sha256("a host"), "").public_key;
}

TEST(ImageHostKey, IsTakenAsItStands) {
  EXPECT_EQ(image_host_key_from(key()), key());
  EXPECT_EQ(image_host_key_from(" " + key() + " root@image\n"), key() + " root@image");
}

TEST(ImageHostKey, WhatNoHostCanBeVerifiedByIsRefused) {
  const auto short_key = "ssh-ed25519 " + base64(wire_string("ssh-ed25519") + wire_string("short"));
  const auto of_no_type = "ssh-none " + base64(wire_string("ssh-none") + wire_string("key"));
  for (const std::string& text :
       {std::string(), std::string("k"), std::string("/etc/ssh/ssh_host_ed25519_key.pub"),
        std::string("ssh-ed25519"), key().substr(0, key().size() - 8), key().substr(sizeof("ssh-ed25519")),
        key() + '\n' + key(), short_key, of_no_type}) {
    const auto error = refusal_of([&] { image_host_key_from(text); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << text;
    EXPECT_FALSE(error.hint().empty());
  }
}

}  // namespace
}  // namespace nocloud::test
