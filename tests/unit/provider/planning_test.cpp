#include "terraform_shim/provider/schema/planning.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nocloud::terraform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Block& block() {
  using Source = Attribute::Source;
  using OnChange = Attribute::OnChange;
  static const Block block{
      .description = "",
      .attributes = {
          {.name = "name", .description = "", .source = Source::required, .on_change = OnChange::replace},
          {.name = "size", .type = "number", .description = "", .source = Source::either},
          {.name = "wait", .description = "", .source = Source::either, .default_value = "ssh"},
          {.name = "note", .description = ""},
          {.name = "found", .description = "", .source = Source::computed}}};
  return block;
}

Value given(const Value& more) {
  auto config = block().nothing();
  config["name"] = "a";
  config.update(more);
  return config;
}

const Value& there() {
  static const Value state{{"name", "a"}, {"size", 1}, {"wait", "ssh"}, {"note", "x"}, {"found", "f"}};
  return state;
}

TEST(Planning, WhatOnlyMakingItCanTellIsUnknown) {
  const auto plan = plan_change(block(), nullptr, given(Value::object()));
  EXPECT_EQ(
      plan.planned,
      Value({{"name", "a"}, {"size", unknown()}, {"wait", "ssh"}, {"note", nullptr}, {"found", unknown()}}));
  EXPECT_THAT(plan.replaced, IsEmpty());
}

TEST(Planning, WhatNobodySaysStays) {
  EXPECT_EQ(plan_change(block(), there(), given({{"note", "x"}})).planned, there());
}

TEST(Planning, TheUsersWordGoesFirst) {
  const auto plan = plan_change(block(), there(), given({{"size", 2}, {"wait", "none"}}));
  EXPECT_EQ(plan.planned,
            Value({{"name", "a"}, {"size", 2}, {"wait", "none"}, {"note", nullptr}, {"found", "f"}}));
  EXPECT_THAT(plan.replaced, IsEmpty());
}

TEST(Planning, AnotherNameTakesAnotherResource) {
  EXPECT_THAT(plan_change(block(), there(), given({{"name", "b"}})).replaced, ElementsAre(Path::to("name")));
  EXPECT_THAT(plan_change(block(), there(), given({{"name", unknown()}})).replaced,
              ElementsAre(Path::to("name")));
}

TEST(Planning, AnUnknownGoesThroughAsItCame) {
  const auto refined = Value::binary({0x81, 0x01, 0xc2}, 12);
  EXPECT_EQ(plan_change(block(), there(), given({{"note", refined}})).planned["note"], refined);
}

TEST(Planning, NumbersOfOtherFormAreTheSame) {
  const auto plan = plan_change(block(), there(), given({{"size", 1.0}}));
  EXPECT_FALSE(plan.changes("size"));
}

}  // namespace
}  // namespace nocloud::terraform
