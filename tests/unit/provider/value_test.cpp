#include "terraform_shim/provider/schema/value.hpp"

#include <string>

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud::terraform {
namespace {

using namespace std::string_literals;
using test::refusal_of;

std::string nested(std::size_t depth) {
  return std::string(depth, '\x91') + '\xc0';
}

TEST(Value, ComesBackAsItWent) {
  const Value value{{"text", "ä"},
                    {"none", nullptr},
                    {"yes", true},
                    {"numbers", {0, -1, 1.5, 18'446'744'073'709'551'615ULL}},
                    {"map", {{"key", unknown()}}}};
  EXPECT_EQ(read_msgpack(write_msgpack(value)), value);
}

TEST(Value, AnUnknownIsAnExtensionOfOneByte) {
  EXPECT_EQ(write_msgpack(unknown()), "\xd4\x00\x00"s);
  EXPECT_TRUE(is_unknown(read_msgpack("\xd4\x00\x00"s)));
}

TEST(Value, ARefinedUnknownIsUnknownAndGoesBackUnchanged) {
  const auto refined = "\xc7\x03\x0c\x81\x01\xc2"s;  // extension 12, {1: false}: it is not null
  const auto value = read_msgpack(refined);
  EXPECT_TRUE(is_unknown(value));
  EXPECT_EQ(write_msgpack(value), refined);
}

TEST(Value, KnowsWhatIsUnknownHoweverDeep) {
  EXPECT_TRUE(is_wholly_known({{"a", {1, {{"b", nullptr}}}}}));
  const Value value{{"a", {1, {{"b", unknown()}}}}};
  EXPECT_FALSE(is_wholly_known(value));
  EXPECT_EQ(without_unknowns(value), Value({{"a", {1, {{"b", nullptr}}}}}));
}

TEST(Value, WhatIsNoneIsRefused) {
  for (const auto& broken : {""s, "\xc1"s, "\xa2x"s, "\xc0\xc0"s, "\xc4\x01x"s, "\xa1\xff"s, "\x81\x01\x01"s,
                             "\x82\xa1x\x01\xa1x\x02"s, "\xdd\xff\xff\xff\xff"s, "\xdb\xff\xff\xff\xff"s,
                             "\xc9\xff\xff\xff\xff\x0c"s, "\xcb\x7f\xf0\0\0\0\0\0\0"s,
                             nested(deepest_value + 1), nested(1'000'000)}) {
    const auto error = refusal_of([&] { read_msgpack(broken); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << testing::PrintToString(broken.substr(0, 20));
  }
}

TEST(Value, NestsAsDeepAsItMay) {
  EXPECT_NO_THROW(read_msgpack(nested(deepest_value)));
}

TEST(Value, ReadsStoredJson) {
  EXPECT_EQ(read_json(R"({"a":[1,null]})"), Value({{"a", {1, nullptr}}}));
  for (const auto* broken : {"", "{", "{} x", "\"\xff\"", R"({"a":1,"a":2})", "1e999"}) {
    EXPECT_EQ(refusal_of([&] { read_json(broken); }).kind(), ErrorKind::invalid_input) << broken;
  }
  EXPECT_EQ(refusal_of([] { read_json(std::string(1'000'000, '[')); }).kind(), ErrorKind::invalid_input);
}

TEST(Value, WholeNumbersComeInSeveralForms) {
  EXPECT_EQ(whole_number(3), 3U);
  EXPECT_EQ(whole_number(3.0), 3U);
  EXPECT_EQ(whole_number(read_msgpack(write_msgpack(512))), 512U);
  for (const auto& wrong :
       {Value(-1), Value(1.5), Value(-0.5), Value(1e300), Value("100000000000000000000000")}) {
    EXPECT_EQ(refusal_of([&] { whole_number(wrong); }).kind(), ErrorKind::invalid_input) << wrong;
  }
}

}  // namespace
}  // namespace nocloud::terraform
