#include "nocloud/program/completion.hpp"

#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "support/refusal.hpp"
#include "unit/program/sample_tool.hpp"

namespace nocloud::test {
namespace {

TEST(Completion, IsWrittenForEachShell) {
  expect_golden("app/vmsample.bash", completion_script(sample_tool(), Shell::bash));
  expect_golden("app/vmsample.zsh", completion_script(sample_tool(), Shell::zsh));
  expect_golden("app/vmsample.fish", completion_script(sample_tool(), Shell::fish));
}

TEST(Completion, KnowsItsShells) {
  EXPECT_EQ(shell_from("zsh"), Shell::zsh);
  EXPECT_EQ(refusal_of([] { shell_from("sh"); }).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace nocloud::test
