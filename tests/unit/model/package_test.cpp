#include "nocloud/model/package.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::HasSubstr;

TEST(Packages, AreNamesBetweenCommas) {
  const auto packages = parse_packages("vim,g++,libstdc++-12-dev,0ad,python3.11,NetworkManager");
  ASSERT_EQ(packages.size(), 6U);
  EXPECT_EQ(packages[1].str(), "g++");
  EXPECT_EQ(parse_packages(std::string(100, 'a')).size(), 1U);
}

TEST(Packages, ThatHaveNoSuchNameAreRefused) {
  for (const auto* text :
       {"",        ",",    "vim,", "vim,,g++", "vim, g++", "vim g++", "-o",    "--purge", "vim-", "vim=2",
        "vim/sid", "?all", "vim*", "../vim",   "vim\n",    "'vim",    "$(id)", "_vim",    "+vim", "\xff"}) {
    const auto error = refusal_of([&] { parse_packages(text); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << text;
    EXPECT_THAT(error.message(), HasSubstr("no name of a package")) << text;
    EXPECT_FALSE(error.hint().empty());
  }
  EXPECT_THAT(refusal_of([] { parse_packages("vim,-y"); }).message(), HasSubstr("'-y'"));
  EXPECT_EQ(refusal_of([] { parse_packages(std::string(101, 'a')); }).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud
