#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/stage.hpp"

namespace nocloud::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using std::string_literals::operator""s;

/// Whatever comes, it is answered, by errors that say where.
class BadValues : public ConfiguredStage {
 protected:
  std::vector<std::string> errors_of(const Value& more) {
    auto config = vm({{"name", "new"}, {"template", "debian12"}});
    config.update(more);
    const auto validated = plugin.validate_resource("nocloud_vm", bytes(config));
    const auto planned = plan(nullptr, config);
    EXPECT_TRUE(validated.answered && planned.answered) << more;
    EXPECT_EQ(planned.errors, validated.errors) << more;
    return validated.errors;
  }
};

TEST_F(BadValues, AreToldAtTheirPlace) {
  const std::vector<std::pair<Value, std::string>> table{
      {{{"name", nullptr}}, "name: "},
      {{{"name", ""}}, "name: "},
      {{{"name", "Web"}}, "name: "},
      {{{"name", "a\nb"}}, "name: "},
      {{{"name", std::string(300, 'x')}}, "name: "},
      {{{"name", 5}}, "name: "},
      {{{"name", Value::array()}}, "name: "},
      {{{"name", Value::object()}}, "name: "},
      {{{"template", true}}, "template: "},
      {{{"group", "all"}}, "group: "},
      {{{"type", "{{ x }}"}}, "type: "},
      {{{"memory", 31}}, "memory: "},
      {{{"memory", -1}}, "memory: "},
      {{{"memory", 1.5}}, "memory: "},
      {{{"memory", "1e400"}}, "memory: "},
      {{{"memory", 1e300}}, "memory: "},
      {{{"cpus", 0}}, "cpus: "},
      {{{"cpus", 513}}, "cpus: "},
      {{{"disks", 5}}, "disks: "},
      {{{"disks", {5, 0}}}, "disks[1]: "},
      {{{"disks", {nullptr}}}, "disks[0]: "},
      {{{"disks", {"x"}}}, "disks[0]: "},
      {{{"disks", std::vector<int>(200'000, 1)}}, "disks: "},
      {{{"networks", Value::array({"group=x"})}}, "networks[0]: "},
      {{{"virt_type", "xen"}}, "virt_type: "},
      {{{"wait_for", "never"}}, "wait_for: "},
      {{{"timeout", 100'000}}, "timeout: "},
      {{{"user_data", std::string((1U << 20U) + 1, 'x')}}, "user_data: "},
      {{{"uuid", "x"}}, "uuid: "},
      {{{"nonsense", 1}}, "nonsense: "},
  };
  for (const auto& [given, place] : table) {
    EXPECT_THAT(errors_of(given), Contains(StartsWith(place))) << place << given.dump().substr(0, 80);
  }
}

TEST_F(BadValues, WhatIsUnknownIsNone) {
  for (const auto* name :
       {"name", "template", "group", "memory", "disks", "networks", "user_data", "timeout"}) {
    EXPECT_THAT(errors_of({{name, unknown()}}), IsEmpty()) << name;
    EXPECT_THAT(errors_of({{name, Value::binary({0x81, 0x01, 0xc2}, 12)}}), IsEmpty()) << name;
  }
  EXPECT_THAT(errors_of({{"disks", {5, unknown()}}}), IsEmpty());
}

TEST_F(BadValues, ThatAreNoValuesAreErrorsOfEveryCall) {
  const auto deep = std::string(1'000'000, '\x91');
  for (const auto& broken :
       {"\xc1"s, "\xa5x"s, "\xc0\xc0"s, "\xc4\x01x"s, "\xdd\xff\xff\xff\xff"s, deep, "\x90"s, "\x05"s}) {
    const auto* type = "nocloud_vm";
    for (const auto& reply :
         {plugin.validate_resource(type, broken), plugin.validate_provider(broken), plugin.configure(broken),
          plugin.validate_data_source(type, broken), plugin.read(type, broken),
          plugin.plan(type, broken, broken), plugin.apply(type, broken, broken),
          plugin.read_data_source(type, broken), plugin.upgrade(type, broken)}) {
      EXPECT_TRUE(reply.answered);
      EXPECT_THAT(reply.errors, Not(IsEmpty())) << broken.substr(0, 8);
    }
  }
}

TEST_F(BadValues, MissingAttributesAreErrors) {
  auto config = vm({{"name", "web00"}, {"template", "debian12"}});
  config.erase("memory");
  EXPECT_THAT(plugin.validate_resource("nocloud_vm", bytes(config)).errors,
              Contains(HasSubstr("memory is missing")));
  EXPECT_THAT(plugin.read("nocloud_vm", bytes(config)).errors, Contains(HasSubstr("did not write")));
  EXPECT_THAT(plugin.apply("nocloud_vm", bytes(config), bytes(config)).errors,
              Contains(HasSubstr("did not write")));
}

TEST_F(BadValues, TypesThatItDoesNotHaveAreErrors) {
  for (const auto* type : {"", "nocloud_nothing", "data.nocloud_vm", "\x1b[2J"}) {
    const auto nothing = bytes(nullptr);
    for (const auto& reply :
         {plugin.validate_resource(type, nothing), plugin.validate_data_source(type, nothing),
          plugin.read(type, nothing), plugin.plan(type, nothing, nothing),
          plugin.apply(type, nothing, nothing), plugin.import(type, "x"),
          plugin.read_data_source(type, nothing), plugin.upgrade(type, "{}")}) {
      EXPECT_TRUE(reply.answered);
      EXPECT_THAT(reply.errors, Contains(HasSubstr("this provider has no"))) << type;
    }
  }
}

TEST_F(BadValues, IdsThatNameNothingAreErrors) {
  for (const auto* id : {"", "nosuch", "..", "a b", "\x1b[2J", "web00\n"}) {
    for (const auto* type : {"nocloud_vm", "nocloud_group", "nocloud_template", "nocloud_network"}) {
      EXPECT_THAT(plugin.import(type, id).errors, Not(IsEmpty())) << type << " " << id;
    }
  }
}

}  // namespace
}  // namespace nocloud::test
