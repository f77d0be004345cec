#include "ansible_collection/src/module/coercion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud::ansible {
namespace {

using nlohmann::json;
using test::refusal_of;
using testing::HasSubstr;
using enum ArgumentType;

json converted(const std::string& given, ArgumentType type) {
  return coerced(json::parse(given), type, ArgumentSpec::Secrecy::open);
}

struct Row {
  std::string given;
  ArgumentType type;
  std::string expected;
};

TEST(Coercion, IsAnsibles) {
  const std::vector<Row> rows{
      {R"("a")", text, R"("a")"},
      {"2", text, R"("2")"},
      {"1.5", text, R"("1.5")"},
      {"true", text, R"("True")"},
      {R"("")", text, R"("")"},
      {R"("/a")", path, R"("/a")"},
      {"2", integer, "2"},
      {R"("2")", integer, "2"},
      {R"(" 2 ")", integer, "2"},
      {R"("-2")", integer, "-2"},
      {R"("+2")", integer, "2"},
      {R"("007")", integer, "7"},
      {"true", integer, "1"},
      {"9223372036854775807", integer, "9223372036854775807"},
      {R"("yes")", boolean, "true"},
      {R"("On")", boolean, "true"},
      {R"(" TRUE ")", boolean, "true"},
      {"1", boolean, "true"},
      {"1.0", boolean, "true"},
      {R"("t")", boolean, "true"},
      {R"("no")", boolean, "false"},
      {R"("off")", boolean, "false"},
      {R"("0")", boolean, "false"},
      {"0", boolean, "false"},
      {"false", boolean, "false"},
      {R"("a,b")", list, R"(["a","b"])"},
      {R"("a")", list, R"(["a"])"},
      {R"("")", list, R"([""])"},
      {R"(["a",2])", list, R"(["a",2])"},
      {"5", list, R"(["5"])"},
      {R"({"a":1})", dictionary, R"({"a":1})"},
      {R"("{\"a\": 1}")", dictionary, R"({"a":1})"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(converted(row.given, row.type).dump(), row.expected)
        << row.given << " as " << word_for(row.type);
  }
}

TEST(Coercion, RefusesTheRestInAnsiblesWords) {
  const std::vector<Row> rows{
      {R"("two")", integer, "<class 'str'> cannot be converted to an int"},
      {R"("")", integer, "<class 'str'> cannot be converted to an int"},
      {R"("2x")", integer, "<class 'str'> cannot be converted to an int"},
      {R"("--2")", integer, "<class 'str'> cannot be converted to an int"},
      {R"("99999999999999999999")", integer, "<class 'str'> cannot be converted to an int"},
      {"18446744073709551615", integer, "<class 'int'> cannot be converted to an int"},
      {"2.0", integer, "<class 'float'> cannot be converted to an int"},
      {"[2]", integer, "<class 'list'> cannot be converted to an int"},
      {R"("maybe")", boolean, "The value 'maybe' is not a valid boolean."},
      {"2", boolean, "The value '2' is not a valid boolean."},
      {"[]", boolean, "<class 'list'> cannot be converted to a bool"},
      {"{}", list, "<class 'dict'> cannot be converted to a list"},
      {R"("a")", dictionary, "could not parse JSON"},
      {R"("[1]")", dictionary, "<class 'list'> cannot be converted to a dict"},
      {"[]", dictionary, "<class 'list'> cannot be converted to a dict"},
      {"[]", text, "<class 'list'> cannot be converted to a string"},
      {R"("a\u0000b")", text, "NUL"},
      {"null", text, "<class 'NoneType'> cannot be converted to a string"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(refusal_of([&] { converted(row.given, row.type); }).message(), HasSubstr(row.expected));
  }
}

TEST(Coercion, DoesNotCiteWhatIsSecret) {
  const auto error = refusal_of([] { coerced("swordfish", boolean, ArgumentSpec::Secrecy::no_log); });
  EXPECT_EQ(error.message().find("swordfish"), std::string::npos);
}

TEST(ShallowJson, RefusesWhatIsNestedTooDeep) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NO_THROW(shallow_json(nested(30)));
  EXPECT_THROW(shallow_json(nested(100)), Error);
  EXPECT_THROW(shallow_json(std::string(1'000'000, '[')), Error);
}

TEST(Told, IsShortAndPrintable) {
  EXPECT_EQ(told("a"), "a");
  EXPECT_EQ(told("\x1b[2J"), "\\x1b[2J");
  EXPECT_LT(told(std::string(10'000, 'x')).size(), 200U);
}

}  // namespace
}  // namespace nocloud::ansible
