#include "nocloud/model/numbering.hpp"

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

TEST(WithNormalNumber, gives_two_digits_or_as_many_as_it_takes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"vnode4", "vnode04"},
      {"vnode04", "vnode04"},
      {"vnode18", "vnode18"},
      {"vnode004", "vnode04"},
      {"vnode100", "vnode100"},
      {"vnode0", "vnode00"},
      {"vnode000", "vnode00"},
      {"3", "03"},
      {"web-1", "web-01"},
      {"k8s", "k8s"},
      {"web", "web"},
      {"", ""},
      {"a99999999999999999999999", "a99999999999999999999999"},
  };
  for (const auto& [word, normal] : cases) EXPECT_EQ(with_normal_number(word), normal) << word;
}

}  // namespace
}  // namespace nocloud
