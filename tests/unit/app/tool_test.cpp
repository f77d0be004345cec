#include "nocloud/app/tool.hpp"

#include <gtest/gtest.h>

#include "nocloud/model/quantity.hpp"
#include "support/golden.hpp"

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
  const Invocation invocation({{"mem", "2G"}, {"cpu", "many"}}, {});
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
  const Invocation invocation({{"list", ""}, {"host", "x"}}, {});
  EXPECT_NO_THROW(invocation.require_one_at_most({"list", "delete"}));
  EXPECT_THROW(invocation.require_one_at_most({"list", "host"}), Error);
}

}  // namespace
}  // namespace nocloud::test
