#include "nocloud/model/spec/numbering.hpp"

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

TEST(NumberedVm, has_two_digits_at_least) {
  EXPECT_EQ(numbered_vm("web", 0).str(), "web00");
  EXPECT_EQ(numbered_vm("web", 9).str(), "web09");
  EXPECT_EQ(numbered_vm("web", 99).str(), "web99");
  EXPECT_EQ(numbered_vm("web", 100).str(), "web100");
  EXPECT_EQ(numbered_vm("web-", 1).str(), "web-01");
}

TEST(NumberedVm, must_be_a_name) {
  EXPECT_NO_THROW(numbered_vm(std::string(61, 'a'), 99));
  EXPECT_EQ(test::refusal_of([] { numbered_vm(std::string(61, 'a'), 100); }).kind(),
            ErrorKind::invalid_input);
  EXPECT_EQ(test::refusal_of([] { numbered_vm("Web", 1); }).kind(), ErrorKind::invalid_input);
}

TEST(NormalNumber, HasTwoDigitsOrAsManyAsItTakes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"4", "04"},    {"04", "04"}, {"18", "18"},  {"004", "04"},
      {"100", "100"}, {"0", "00"},  {"000", "00"}, {"99999999999999999999999", "99999999999999999999999"},
  };
  for (const auto& [digits, normal] : cases) EXPECT_EQ(normal_number(digits), normal) << digits;
}

}  // namespace
}  // namespace nocloud
