#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"
#include "terraform_shim/external/query.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

TEST(ExternalQuery, AsksForOneVmOrSeveral) {
  const auto one = read_query(R"({"name":"web00","uri":"qemu:///session"})");
  EXPECT_EQ(one.name->str(), "web00");
  EXPECT_EQ(one.uri, "qemu:///session");
  EXPECT_EQ(one.absence, ExternalQuery::Absence::answer);
  const auto several = read_query(R"({"group":"pftest","must_exist":"true","type":"web"})");
  EXPECT_EQ(several.group->str(), "pftest");
  EXPECT_EQ(several.type->str(), "web");
  EXPECT_EQ(several.absence, ExternalQuery::Absence::fault);
}

TEST(ExternalQuery, NullIsLeftOut) {
  const auto query = read_query(R"({"name":"web00","group":null,"uri":null,"must_exist":null})");
  EXPECT_FALSE(query.group);
  EXPECT_FALSE(query.uri);
}

struct BadQuery {
  std::string text;
  std::string message;
  std::string hint = {};
};

const BadQuery bad_queries[] = {
    {"", "no JSON object", "query = {"},
    {"{}", "asks for nothing", "`name`"},
    {R"({"type":"web"})", "asks for nothing", "`group`"},
    {R"({"name":"web00")", "no JSON object"},
    {R"({"name":"web00"} {})", "no JSON object"},
    {R"(["web00"])", "no JSON object"},
    {"{\"name\":\"\xff\"}", "no JSON object"},
    {R"({"name":"web00","nmae":"x"})", "'nmae' is nothing to ask with",
     "name, group, type, uri and must_exist"},
    {"{\"\\u001b[2J\":\"\"}", "'\\x1b[2J' is nothing to ask with"},
    {R"({"name":7})", "'name' is no string", "quotes"},
    {R"({"name":["web00"]})", "'name' is no string"},
    // An empty string is not the same as none.
    {R"({"name":""})", "name: ''"},
    {R"({"name":"web00","uri":""})", "uri: it is empty", "null"},
    {R"({"name":"../etc"})", "name: '../etc' is no VM name"},
    {R"({"group":"all"})", "group: "},
    {R"({"name":"web00","must_exist":"yes"})", "must_exist: 'yes' is neither true nor false"},
    {R"({"name":"web00","group":"pftest"})", "a name and a group", "A name alone"},
};

TEST(ExternalQuery, TellsWhatIsWrong) {
  for (const auto& bad : bad_queries) {
    const auto error = refusal_of([&] { read_query(bad.text); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << bad.text;
    EXPECT_THAT(error.message(), HasSubstr(bad.message)) << bad.text;
    EXPECT_THAT(error.hint(), HasSubstr(bad.hint)) << bad.text;
  }
}

TEST(ExternalQuery, IsRefusedBeforeItIsHuge) {
  const auto error = refusal_of([] { read_query(R"({"name":")" + std::string(largest_query, 'a') + "\"}"); });
  EXPECT_THAT(error.message(), HasSubstr("more than 1048576 bytes"));
}

}  // namespace
}  // namespace nocloud::test
