#include "nocloud/program/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nocloud::test {
namespace {

TEST(Machine, IsKnownByADigestOfItsId) {
  const std::string id = "0123456789abcdef0123456789abcdef";
  const auto digest = machine_digest(id + "\n");
  EXPECT_EQ(digest, "8c550ee574d371d5ca5f8e1c3007367c");
  EXPECT_EQ(machine_digest(id), digest);
  EXPECT_THAT(digest, testing::Not(testing::HasSubstr(id.substr(0, 8))));
  EXPECT_NE(machine_digest("1123456789abcdef0123456789abcdef"), digest);
}

TEST(Machine, MayHaveNoId) {
  for (const auto* text :
       {"", "\n", "uninitialized\n", "00000000000000000000000000000000\n", "0123", "not an id",
        "0123456789abcdef0123456789abcdeg", "0123456789abcdef0123456789abcdef0"}) {
    EXPECT_EQ(machine_digest(text), "") << text;
  }
}

}  // namespace
}  // namespace nocloud::test
