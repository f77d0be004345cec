#include "nocloud/model/name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::HasSubstr;
using namespace std::string_view_literals;

template <class NameType>
void expect_taken(std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) EXPECT_EQ(NameType::parse(text).str(), text);
}

template <class NameType>
void expect_refused(std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) {
    const auto error = refusal_of([&] { NameType::parse(text); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << text;
    EXPECT_FALSE(error.hint().empty()) << text;
  }
}

const std::string letters_15(15, 'a');
const std::string letters_32(32, 'a');
const std::string letters_50(50, 'a');
const std::string letters_63(63, 'a');
const std::string letters_200(200, 'a');

/// What no name of any kind may be.
template <class NameType>
void expect_hostile_refused() {
  expect_refused<NameType>({"", "..", "../etc", "a/b", "a\nb", "a b", " a", "a ", "a\0b"sv, "\x1b[2J", "\xff",
                            "é", "a:b", std::string(300, 'a')});
}

TEST(VmName, is_an_rfc_1123_label) {
  expect_taken<VmName>({"a", "0", "web00", "web-1", "3com", letters_63});
  expect_refused<VmName>({"Web", "web_1", "web.1", "-web", "web-", "-", "a;b", "a$b", letters_63 + "a"});
  expect_hostile_refused<VmName>();
}

TEST(TemplateName, may_have_dots) {
  expect_taken<TemplateName>({"debian12", "u18.04", "a-", "a.", "0", letters_63});
  expect_refused<TemplateName>({".hidden", "-a", "Debian", "a_b", letters_63 + "a"});
  expect_hostile_refused<TemplateName>();
}

TEST(GroupName, is_a_word) {
  expect_taken<GroupName>({"pftest", "_x", "My-Group_2", "Templates", letters_63});
  expect_refused<GroupName>({"2group", "-a", "a.b", letters_63 + "a"});
  expect_hostile_refused<GroupName>();
}

TEST(SnapshotName, begins_with_a_letter) {
  expect_taken<SnapshotName>({"clean", "_x", "Before-upgrade.2", letters_63});
  expect_refused<SnapshotName>({"1", "2026-11-22", "-a", ".a", letters_63 + "a"});
  expect_hostile_refused<SnapshotName>();
}

TEST(TypeName, obeys_the_rule_of_groups) {
  expect_taken<TypeName>({"web", "default", "_", "A-1"});
  expect_refused<TypeName>({"1", "a.b"});
  expect_hostile_refused<TypeName>();
}

TEST(NetworkName, may_start_with_a_digit) {
  expect_taken<NetworkName>({"default", "nocloud", "10.x_y-z", letters_50});
  expect_refused<NetworkName>({".a", "_a", letters_50 + "a"});
  expect_hostile_refused<NetworkName>();
}

TEST(BridgeName, is_what_the_kernel_takes) {
  expect_taken<BridgeName>({"br0", "virbr0", "-", "a.b@c", letters_15});
  expect_refused<BridgeName>({".", letters_15 + "a"});
  expect_hostile_refused<BridgeName>();
}

TEST(UserName, is_what_useradd_takes) {
  expect_taken<UserName>({"root", "debian", "_apt", "a-b_c9", letters_32});
  expect_refused<UserName>({"Root", "9a", "-a", "a.b", "a$", letters_32 + "a"});
  expect_hostile_refused<UserName>();
}

TEST(VolumeName, is_a_plain_file_name) {
  expect_taken<VolumeName>({"web00.qcow2", "sha256-00ff.vmlinuz", "A_b-c.d", letters_200});
  expect_refused<VolumeName>({".hidden", "_a", letters_200 + "a"});
  expect_hostile_refused<VolumeName>();
}

TEST(Names, that_inventories_use_are_reserved) {
  for (const auto* word : {"templates", "all", "ungrouped", "localhost"}) {
    expect_refused<TypeName>({word});
    expect_refused<VmName>({word});
    expect_taken<TemplateName>({word});
  }
  expect_refused<GroupName>({"all", "ungrouped", "localhost"});
  expect_taken<GroupName>({"templates"});
}

TEST(Names, are_refused_with_the_reason) {
  const std::pair<std::string_view, std::string_view> reasons[] = {
      {"", "'' is no VM name: it is empty"},
      {"Web", "'Web' is no VM name: 'W' is not allowed"},
      {"wéb", "'wéb' is no VM name: 'é' is not allowed"},
      {"a\nb", "'a\\x0ab' is no VM name: '\\x0a' is not allowed"},
      {"-a", "'-a' is no VM name: it starts with '-'"},
      {"a-", "'a-' is no VM name: it ends with '-'"},
      {"all", "'all' is no VM name: the word has a meaning of its own in inventories"},
  };
  for (const auto& [text, reason] : reasons) {
    EXPECT_EQ(refusal_of([&text = text] { VmName::parse(text); }).message(), reason);
  }
  EXPECT_THAT(refusal_of([] { VmName::parse(letters_63 + "a"); }).message(),
              HasSubstr("it has 64 characters, 63 at most"));
}

TEST(AnsibleGroupWord, has_neither_hyphens_nor_dots) {
  EXPECT_EQ(ansible_group_word("u18.04-x_y"), "u18_04_x_y");
}

TEST(Names, are_written_by_fmt) {
  EXPECT_EQ(fmt::format("{}.{:>6}", VmName::parse("web00"), TypeName::parse("web")), "web00.   web");
}

}  // namespace
}  // namespace nocloud
