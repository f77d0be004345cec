#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/spec/description.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;

/// "NAME GROUP/TYPE TEMPLATE".
struct ClaimText {
  std::string_view name;
  std::string_view group;
  std::string_view type;
  std::string_view template_name = "debian12";
  std::string_view origin = {};
};

std::vector<NameClaim> claims(const std::vector<ClaimText>& texts) {
  std::vector<NameClaim> claims;
  claims.reserve(texts.size());
  for (const auto& text : texts) {
    claims.push_back({VmName::parse(text.name), GroupName::parse(text.group), TypeName::parse(text.type),
                      TemplateName::parse(text.template_name), std::string(text.origin)});
  }
  return claims;
}

struct ClashCase {
  std::string_view what;
  std::vector<ClaimText> wanted;
  std::vector<ClaimText> existing;
  std::string_view message;
};

const ClashCase clashes[] = {
    {"a name twice", {{"a", "g", "t"}, {"a", "g", "t"}}, {}, "VM name 'a' comes twice"},
    {"a name twice, with places",
     {{"a", "g", "t", "d", "line 1"}, {"a", "g", "t", "d", "line 7"}},
     {},
     "VM name 'a' comes twice: line 1 and line 7"},
    {"a name that another group holds",
     {{"a", "g", "t"}},
     {{"a", "other", "t", "d", "owner eva@there"}},
     "VM name 'a' of group 'g' is held by a VM of group 'other' (owner eva@there)"},
    {"two pairs that are one to Ansible",
     {{"a", "g_x", "t"}, {"b", "g", "x_t"}},
     {},
     "'g_x_t' would be both type 't' in group 'g_x' of VM 'a' and type 'x_t' in group 'g' of VM 'b' in the "
     "inventory"},
    {"two types that are one to Ansible",
     {{"a", "g", "x-y"}},
     {{"b", "g", "x_y"}},
     "'g_x_y' would be both type 'x_y' in group 'g' of VM 'b' and type 'x-y' in group 'g' of VM 'a' in the "
     "inventory"},
    {"two groups that are one to Ansible",
     {{"a", "g-x", "t"}},
     {{"b", "g_x", "t"}},
     "'g_x' would be both group 'g_x' of VM 'b' and group 'g-x' of VM 'a' in the inventory"},
    {"a group like a pair",
     {{"a", "g", "t"}, {"b", "g_t", "t", "d", "line 2"}},
     {},
     "'g_t' would be both type 't' in group 'g' of VM 'a' and group 'g_t' of VM 'b' (line 2) in the "
     "inventory"},
    {"a group like its own VM",
     {{"web", "web", "t"}},
     {},
     "'web' would be both a VM and group 'web' of VM 'web' in the inventory"},
    {"a group like a VM that exists",
     {{"a", "web", "t"}},
     {{"web", "g", "t", "d", "exists"}},
     "'web' would be both a VM (exists) and group 'web' of VM 'a' in the inventory"},
    {"a VM like a group that exists",
     {{"web-1", "g", "t"}},
     {{"b", "web-1", "t"}},
     "'web-1' would be both a VM and group 'web-1' of VM 'b' in the inventory"},
    {"a group like the templates' own",
     {{"a", "template", "u18-04", "u18.04"}},
     {},
     "'template_u18_04' would be both type 'u18-04' in group 'template' of VM 'a' and the templates' group "
     "'template_u18_04' of VM 'a' in the inventory"},
    {"a VM among the templates",
     {{"a", "templates", "t", "debian12"}},
     {},
     "VM 'a' can't be in group 'templates', which is for templates that are changed"},
};

TEST(Clash, names_both_sides) {
  for (const auto& [what, wanted, existing, message] : clashes) {
    const auto error = refusal_of(
        [&wanted = wanted, &existing = existing] { check_no_clash(claims(wanted), claims(existing)); });
    EXPECT_EQ(error.kind(), ErrorKind::conflict) << what;
    EXPECT_EQ(error.message(), message) << what;
    EXPECT_FALSE(error.hint().empty()) << what;
  }
}

struct PeaceCase {
  std::string_view what;
  std::vector<ClaimText> wanted;
  std::vector<ClaimText> existing;
};

const PeaceCase peaces[] = {
    {"nothing", {}, {}},
    {"several of a type", {{"a", "g", "t"}, {"b", "g", "t"}}, {}},
    {"the same type in two groups", {{"a", "g", "t"}, {"b", "h", "t"}}, {}},
    {"the VM that is asked for", {{"a", "g", "t"}}, {{"a", "g", "t"}}},
    {"the same with another type: a difference to report", {{"a", "g", "t"}}, {{"a", "g", "u"}}},
    {"names that Ansible would join only as groups", {{"web-1", "web_1", "t"}}, {}},
    {"what exists, by itself", {{"a", "g", "t"}}, {{"x", "x", "t"}, {"b", "h-i", "t"}, {"c", "h_i", "t"}}},
    {"a template that is changed", {{"u18-04", "templates", "default", "u18.04"}}, {}},
    {"a VM among the templates that exists", {}, {{"a", "templates", "t"}}},
    {"two templates", {{"a", "g", "t", "u18.04"}, {"b", "g", "t", "u18-04"}}, {}},
};

TEST(Clash, is_not_seen_where_there_is_none) {
  for (const auto& [what, wanted, existing] : peaces) {
    EXPECT_NO_THROW(check_no_clash(claims(wanted), claims(existing))) << what;
  }
}

TEST(Clash, points_to_what_is_asked_for) {
  const auto clash =
      find_clash(claims({{"a", "g", "t"}, {"b", "g", "t"}, {"c", "x", "t"}}), claims({{"c", "y", "t"}}));
  ASSERT_TRUE(clash);
  EXPECT_EQ(clash->wanted, 2U);
  EXPECT_EQ(find_clash(claims({{"a", "g", "t"}, {"b", "web", "t"}}), claims({{"web", "y", "t"}}))->wanted,
            1U);
}

}  // namespace
}  // namespace nocloud
