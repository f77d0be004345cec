#include "nocloud/program/tool.hpp"

#include <gtest/gtest.h>

#include "nocloud/model/quantity.hpp"
#include "support/golden.hpp"
#include "support/refusal.hpp"
#include "support/typed.hpp"

namespace nocloud::test {
namespace {

TEST(Tool, HelpIsLaidOut) {
  expect_golden("app/help.txt",
                help_text({.name = "vmsample",
                           .summary = "One sentence.",
                           .synopses = {"-n NAME [OPTION…]", "WORD…"},
                           .options = {{.name = "name", .letter = 'n', .value = "NAME", .help = "the VM"},
                                       {.name = "dry-run", .help = "say what would be done"}},
                           .examples = {{"vmsample -n web00", "what it does"}}}));
}

TEST(Invocation, ReadsAnOptionByItsParser) {
  const auto invocation = typed({{"mem", "2G"}, {"cpu", "many"}});
  EXPECT_EQ(invocation.parsed("mem", Memory::parse), Memory::of_mib(2048));
  EXPECT_FALSE(invocation.parsed("disk", Memory::parse));
  try {
    invocation.parsed("cpu", CpuCount::parse);
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_TRUE(error.message().starts_with("--cpu: ")) << error.message();
  }
}

TEST(Invocation, RefusesOptionsThatExcludeEachOther) {
  const auto invocation = typed({{"list", ""}, {"host", "x"}});
  EXPECT_NO_THROW(invocation.require_one_at_most({"list", "delete"}));
  EXPECT_THROW(invocation.require_one_at_most({"list", "host"}), Error);
}

TEST(Invocation, RefusesWhatSaysNothingToAnAction) {
  const std::map<std::string, Given> given{{"list", {"", "--list"}},
                                           {"user", {"eva", "--user"}},
                                           {"stem", {"node", "$NOCLOUD_STEM"}},
                                           {"output", {"json", "--output"}}};
  const Invocation invocation(given, {"word"});
  EXPECT_NO_THROW(invocation.require_only("--list", {"list", "user"})) << "settings are for all that is done";
  EXPECT_EQ(refusal_of([&] { invocation.require_only("--list", {"list"}); }).message(),
            "--list and --user don't go together");
  EXPECT_EQ(refusal_of([&] { invocation.require_no_words("--list"); }).message(),
            "--list takes no word: 'word'");
}

}  // namespace
}  // namespace nocloud::test
