#include "ansible_collection/src/module/task.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/text.hpp"
#include "support/refusal.hpp"

namespace nocloud::ansible {
namespace {

using nlohmann::json;
using test::refusal_of;
using testing::HasSubstr;
using testing::Not;

ModuleSpec example() {
  return {
      .name = "example",
      .short_description = "",
      .description = {},
      .arguments =
          {{.name = "name", .description = {}, .need = ArgumentSpec::Need::required},
           {.name = "state", .description = {}, .choices = {"present", "absent"}, .default_value = "present"},
           {.name = "cpus", .type = ArgumentType::integer, .description = {}},
           {.name = "force", .type = ArgumentType::boolean, .description = {}},
           {.name = "disks", .type = ArgumentType::list, .description = {}, .elements = ArgumentType::text},
           {.name = "secret",
            .type = ArgumentType::boolean,
            .description = {},
            .secrecy = ArgumentSpec::Secrecy::no_log},
           {.name = "lines",
            .type = ArgumentType::list,
            .description = {},
            .elements = ArgumentType::dictionary,
            .options =
                {{.name = "template", .description = {}, .need = ArgumentSpec::Need::required},
                 {.name = "count", .type = ArgumentType::integer, .description = {}, .default_value = 1}}},
           {.name = "file", .type = ArgumentType::path, .description = {}}},
      .mutually_exclusive = {{"lines", "file"}},
      .required_together = {{"cpus", "disks"}},
      .required_if = {{.argument = "state", .value = "absent", .names = {"force"}}},
      .examples = "",
      .returns = {}};
}

json accepted(const std::string& text) {
  return read_task(example(), text).arguments.values();
}

std::string refused(const std::string& text) {
  return refusal_of([&] { read_task(example(), text); }).message();
}

TEST(Task, AddsDefaultsAndConverts) {
  EXPECT_EQ(accepted(R"({"name": "web00"})"), json({{"name", "web00"}, {"state", "present"}}));
  EXPECT_EQ(accepted(R"({"name": 7, "cpus": "2", "disks": "5,6", "force": "on"})"),
            json({{"name", "7"}, {"state", "present"}, {"cpus", 2}, {"disks", {"5", "6"}}, {"force", true}}));
  EXPECT_EQ(
      accepted(R"({"name": "a", "lines": [{"template": "t"}, {"template": "u", "count": "3"}]})")["lines"],
      json::parse(R"([{"template": "t", "count": 1}, {"template": "u", "count": 3}])"));
}

TEST(Task, NullIsAsGoodAsNothing) {
  EXPECT_EQ(accepted(R"({"name": "a", "state": null, "lines": null, "file": "x"})"),
            json({{"name", "a"}, {"state", "present"}, {"file", "x"}}));
  EXPECT_THAT(refused(R"({"name": null})"), HasSubstr("missing required arguments: name"));
}

TEST(Task, HonoursWhatAnsibleSaysAndIgnoresTheRestOfIt) {
  const auto task = read_task(example(), R"({"name": "a", "_ansible_check_mode": true, "_ansible_diff": "yes",
                                             "_ansible_verbosity": 3, "_ansible_of_the_future": {"a": []}})");
  EXPECT_EQ(task.effect, Task::Effect::check);
  EXPECT_EQ(task.diff, Task::Diff::shown);
  const auto plain = read_task(example(), R"({"name": "a", "_ansible_check_mode": false})");
  EXPECT_EQ(plain.effect, Task::Effect::real);
  EXPECT_EQ(plain.diff, Task::Diff::none);
  const auto secret =
      read_task(example(), R"({"name": "a", "_ansible_diff": true, "_ansible_no_log": true})");
  EXPECT_EQ(secret.diff, Task::Diff::none);
}

TEST(Task, RefusesInAnsiblesWords) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"{}", "missing required arguments: name"},
      {R"({"name": "a", "cpu": 1})",
       "Unsupported parameters for (nocloud.kvm.example) module: cpu. Supported parameters include: cpus, "
       "disks, "
       "file, force, lines, name, secret, state."},
      {R"({"name": "a", "b": 1, "a": 1, "_ansible_module_name": "x.y.z"})",
       "Unsupported parameters for (x.y.z) module: a, b. Supported"},
      {R"({"name": "a", "state": "there"})", "value of state must be one of: present, absent, got: there"},
      {R"({"name": "a", "cpus": "x"})",
       "argument 'cpus' is of type <class 'str'> and we were unable to convert to int: <class 'str'> cannot "
       "be "
       "converted to an int"},
      {R"({"name": "a", "disks": [[1]]})",
       "Elements value for option 'disks' is of type <class 'list'> and we were unable to convert to str"},
      {R"({"name": "a", "file": "x", "lines": []})", "parameters are mutually exclusive: lines|file"},
      {R"({"name": "a", "cpus": 1})", "parameters are required together: cpus, disks"},
      {R"({"name": "a", "state": "absent"})", "state is absent but all of the following are missing: force"},
      {R"({"name": "a", "lines": [{"count": 1}]})", "missing required arguments: template found in lines[0]"},
      {R"({"name": "a", "lines": [{"template": "t", "cnt": 1}]})",
       "module: lines[0].cnt. Supported parameters include: count, template."},
      {R"({"name": "a", "lines": ["t"]})", "could not parse JSON"},
  };
  for (const auto& [given, message] : rows) EXPECT_THAT(refused(given), HasSubstr(message)) << given;
}

TEST(Task, RefusesWhatIsNoObject) {
  for (const auto* text :
       {"", " \n", "[]", "1", R"("a")", "null", "{", R"({"name": "a"} {})", "name=a", "{'a': 1}"}) {
    EXPECT_FALSE(refused(text).empty()) << text;
  }
  EXPECT_THAT(refused("{\"name\": \"\xff\"}"), HasSubstr("error at byte"));
  EXPECT_THAT(refused(std::string("{\"name\": \"a\0b\"}", 15)), HasSubstr("error at byte"));
  EXPECT_THAT(refused(std::string(100'000, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(refused(R"({"name": 1e400})"), HasSubstr("too large"));
}

TEST(Task, CitesNothingThatIsSecretOrHarmful) {
  EXPECT_THAT(refused(R"({"name": "a", "secret": "swordfish"})"), Not(HasSubstr("swordfish")));
  EXPECT_THAT(refused(R"({"name": "a", "secret": "swordfish)"), Not(HasSubstr("swordfish")));
  for (const auto& message :
       {refused(R"({"name": "a", "\u001b[2J": 1})"), refused(R"({"name": "a", "state": "\u001b[2J"})")}) {
    EXPECT_EQ(message, printable(message));
  }
  auto many = json{{"name", "a"}};
  for (int i = 0; i < 10'000; ++i) many[fmt::format("key{}", i)] = 1;
  EXPECT_LT(refused(many.dump()).size(), 2000U);
}

}  // namespace
}  // namespace nocloud::ansible
