#include "terraform_shim/provider/schema/schema.hpp"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/name.hpp"
#include "nocloud/model/quantity.hpp"

namespace nocloud::terraform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Block& all_kinds() {
  static const Block block{
      .description = "",
      .attributes = {
          {.name = "name",
           .description = "",
           .source = Attribute::Source::required,
           .check = check_text<VmName::parse>},
          {.name = "disks",
           .type = Value::array({"list", "number"}),
           .description = "",
           .check = check_number<DiskSize::of_gib>,
           .most = 3},
          {.name = "secret",
           .description = "",
           .secrecy = Attribute::Secrecy::secret,
           .check = check_text<VmName::parse>},
          {.name = "lines",
           .type = nullptr,
           .description = "",
           .fields =
               {{.name = "count", .type = "number", .description = "", .check = check_number<VmCount::of>}}},
          {.name = "vms",
           .type = Value::array({"map", Value::array({"object", {{"ip", "string"}}})}),
           .description = "",
           .source = Attribute::Source::computed}}};
  return block;
}

Value with(const Value& given) {
  auto value = all_kinds().nothing();
  value["name"] = "web00";
  value.update(given);
  return value;
}

/// "disks[1]: text" for each.
std::vector<std::string> told(const Diagnostics& diagnostics) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : diagnostics) {
    std::string place;
    for (const auto& step : diagnostic.path.steps) {
      if (const auto* attribute = std::get_if<Path::Attribute>(&step))
        place += (place.empty() ? "" : ".") + attribute->name;
      if (const auto* key = std::get_if<Path::Key>(&step)) place += fmt::format("[\"{}\"]", key->key);
      if (const auto* index = std::get_if<Path::Index>(&step)) place += fmt::format("[{}]", index->position);
    }
    lines.push_back(fmt::format("{}: {}", place, diagnostic.summary));
  }
  return lines;
}

TEST(Schema, AConfigurationThatFitsHasNoErrors) {
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"disks", {1, 2.0}},
                                                    {"lines", {{{"count", 2}}, {{"count", nullptr}}}}}))),
              IsEmpty());
}

TEST(Schema, WhatIsUnknownIsNotJudged) {
  for (const auto* name : {"name", "disks", "secret", "lines"}) {
    EXPECT_THAT(told(config_errors(all_kinds(), with({{name, unknown()}}))), IsEmpty()) << name;
  }
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"disks", {1, unknown()}},
                                                    {"lines", {unknown(), {{"count", unknown()}}}}}))),
              IsEmpty());
}

TEST(Schema, EachErrorIsToldAtItsPlace) {
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"name", nullptr}}))),
              ElementsAre("name: name has to be set"));
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"name", 5}}))), ElementsAre("name: this is no string"));
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"name", "Web"}}))),
              ElementsAre(HasSubstr("name: name: 'Web'")));
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"disks", {1, "x"}}}))),
              ElementsAre(HasSubstr("disks[1]: disks: 'x'")));
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"disks", {0, -1, true}}}))),
              ElementsAre(HasSubstr("disks[0]"), HasSubstr("disks[1]"), "disks[2]: this is no number"));
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"disks", {nullptr}}}))),
              ElementsAre("disks[0]: an element of disks is null"));
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"lines", {{{"count", 0}}, 5}}}))),
              ElementsAre(HasSubstr("lines[0].count: count: 0"), "lines[1]: this is no object"));
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"vms", Value::object()}}))),
              ElementsAre("vms: vms is not for the configuration to set"));
}

TEST(Schema, AHugeListIsOneError) {
  EXPECT_THAT(told(config_errors(all_kinds(), with({{"disks", std::vector<int>(100'000, 1)}}))),
              ElementsAre("disks: disks has 100000 elements; 3 is the most"));
}

TEST(Schema, MissingAndUnknownAttributesAreErrors) {
  auto value = with({{"nmae", 1}});
  value.erase("disks");
  EXPECT_THAT(told(config_errors(all_kinds(), value)),
              ElementsAre("nmae: there is no attribute 'nmae'", "disks: the attribute disks is missing"));
  for (const auto& wrong : {Value(), Value(1), Value::array(), unknown()}) {
    EXPECT_THAT(told(config_errors(all_kinds(), wrong)), ElementsAre(": this is no object"));
  }
}

TEST(Schema, ASecretIsNotCited) {
  const auto found = config_errors(all_kinds(), with({{"secret", "Sword Fish"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].summary, "secret can't be used");
}

TEST(Schema, AStateIsHeldAgainstTypesOnly) {
  EXPECT_THAT(told(shape_errors(all_kinds(), with({{"name", "Web"}, {"vms", {{"a", {{"ip", nullptr}}}}}}))),
              IsEmpty());
  EXPECT_THAT(told(shape_errors(all_kinds(), with({{"vms", {{"a", {{"ip", 1}}}}}}))),
              ElementsAre("vms[\"a\"].ip: this is no string"));
  EXPECT_THAT(told(shape_errors(all_kinds(), with({{"vms", {{"a", {{"pi", "1"}}}}}}))),
              ElementsAre("vms[\"a\"].pi: there is no attribute 'pi'"));
}

}  // namespace
}  // namespace nocloud::terraform
