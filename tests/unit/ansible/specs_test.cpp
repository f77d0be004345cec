#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ansible_collection/src/module/coercion.hpp"
#include "ansible_collection/src/modules.hpp"

namespace nocloud::ansible {
namespace {

using testing::Contains;
using testing::MatchesRegex;

std::set<std::string> names_of(const std::vector<ArgumentSpec>& arguments) {
  std::set<std::string> names;
  for (const auto& argument : arguments) EXPECT_TRUE(names.insert(argument.name).second) << argument.name;
  return names;
}

void check_argument(const ArgumentSpec& argument) {
  SCOPED_TRACE(argument.name);
  EXPECT_THAT(argument.name, MatchesRegex("[a-z_]+"));
  EXPECT_FALSE(argument.description.empty());
  for (const auto& paragraph : argument.description) EXPECT_TRUE(paragraph.ends_with('.')) << paragraph;
  EXPECT_EQ(argument.elements.has_value(), argument.type == ArgumentType::list);
  const bool has_default = !argument.default_value.is_null();
  EXPECT_FALSE(has_default && argument.need == ArgumentSpec::Need::required);
  if (has_default) {
    EXPECT_EQ(coerced(argument.default_value, argument.type, argument.secrecy), argument.default_value);
    if (!argument.choices.empty()) {
      EXPECT_THAT(argument.choices, Contains(argument.default_value.get<std::string>()));
    }
  }
  names_of(argument.options);
  for (const auto& option : argument.options) check_argument(option);
}

void check_names_known(const std::set<std::string>& known, const ModuleSpec::Names& names) {
  for (const auto& name : names) EXPECT_THAT(known, Contains(name));
}

TEST(Specs, AreConsistent) {
  std::set<std::string> modules_seen;
  for (const auto& [spec, run] : modules()) {
    SCOPED_TRACE(spec.name);
    EXPECT_TRUE(modules_seen.insert(spec.name).second);
    const auto known = names_of(spec.arguments);
    for (const auto& argument : spec.arguments) check_argument(argument);
    for (const auto& names : spec.mutually_exclusive) check_names_known(known, names);
    for (const auto& names : spec.required_together) check_names_known(known, names);
    for (const auto& names : spec.required_one_of) check_names_known(known, names);
    for (const auto& rule : spec.required_if) {
      EXPECT_THAT(known, Contains(rule.argument));
      check_names_known(known, rule.names);
    }
    EXPECT_FALSE(spec.short_description.ends_with('.'));
    EXPECT_EQ(spec.returns.back().name, "timings");
    EXPECT_THAT(spec.examples, testing::HasSubstr("nocloud.kvm." + spec.name + ":\n"));
  }
}

TEST(Specs, OfferWhatCannotBreakTheStub) {
  for (const auto& [spec, run] : modules()) EXPECT_EQ(spec.examples.find("'''"), std::string::npos);
}

TEST(Specs, KeepUserDataSecret) {
  for (const auto& [spec, run] : modules()) {
    for (const auto& argument : spec.arguments) {
      EXPECT_EQ(argument.secrecy == ArgumentSpec::Secrecy::no_log, argument.name == "user_data");
    }
  }
}

}  // namespace
}  // namespace nocloud::ansible
