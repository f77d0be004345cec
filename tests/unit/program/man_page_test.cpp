#include "nocloud/program/man_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "unit/program/sample_tool.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ManPage, IsLaidOut) {
  expect_golden("app/vmsample.1", man_page(sample_tool()));
}

TEST(ManPage, NothingInItIsRoffs) {
  auto tool = sample_tool();
  tool.summary = ".so /etc/passwd";
  tool.options = {{.name = "x", .value = "\\fB", .help = "'quoted'"}};
  const auto page = man_page(tool);
  EXPECT_THAT(page, HasSubstr("\\- \\&.so /etc/passwd\n"));
  EXPECT_THAT(page, HasSubstr("\\fI\\efB\\fR\n\\&'quoted'\n"));
}

}  // namespace
}  // namespace nocloud::test
