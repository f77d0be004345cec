#include "nocloud/model/network_choice.hpp"

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;

TEST(NetworkChoice, is_read_from_a_word_and_written_back) {
  const std::pair<std::string_view, NetworkChoice> cases[] = {
      {"nat", {NetworkKind::nat, "nocloud"}},
      {"nat=default", {NetworkKind::nat, "default"}},
      {"user", {NetworkKind::user, ""}},
      {"user=restricted", {NetworkKind::user, "restricted"}},
      {"bridge=br0", {NetworkKind::bridge, "br0"}},
      {"bridge=a=b", {NetworkKind::bridge, "a=b"}},
      {"group=pftest", {NetworkKind::group, "pftest"}},
  };
  for (const auto& [word, choice] : cases) {
    EXPECT_EQ(NetworkChoice::parse(word), choice) << word;
    EXPECT_EQ(choice.str(), word);
  }
  EXPECT_EQ(NetworkChoice::parse("nat=nocloud").str(), "nat");
}

TEST(NetworkChoice, of_a_group_is_not_chosen) {
  EXPECT_EQ(NetworkChoice::parse_chosen("bridge=br0"), NetworkChoice::parse("bridge=br0"));
  const auto error = refusal_of([&] { NetworkChoice::parse_chosen("group=pftest"); });
  EXPECT_EQ(error.message(), "'group=pftest' is no network to choose");
}

TEST(NetworkChoice, is_nothing_else) {
  for (const auto* bad :
       {"", "NAT", "nat=", "nat=a b", "nat=../x", "user=", "user=x", "bridge", "bridge=", "bridge=a/b",
        "bridge=interface-name-x", "group", "group=1", "default", "=", "nat,user"}) {
    const auto error = refusal_of([&] { NetworkChoice::parse(bad); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << bad;
    EXPECT_FALSE(error.hint().empty()) << bad;
  }
}

}  // namespace
}  // namespace nocloud
