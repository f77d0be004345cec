#include "terraform_shim/provider/provider.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::Diagnostic;
using terraform::Path;
using terraform::unknown;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Provider : public testing::Test, protected Stage {
 protected:
  Value settings(const Value& given = Value::object()) const {
    auto config = provider.schema().nothing();
    config.update(given);
    return config;
  }
  std::string login_keys() {
    applied("nocloud_vm", nullptr, {{"name", "web00"}, {"template", "debian12"}});
    return world.volumes.at(seed_of(VmName::parse("web00"))).content;
  }
};

constexpr auto key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0 eva";

TEST_F(Provider, ItsSettingsAreForNewVms) {
  EXPECT_THAT(provider.configure(settings({{"network", "user"}, {"ssh_public_keys", {key}}})), IsEmpty());
  EXPECT_THAT(login_keys(), HasSubstr(key));
  EXPECT_EQ(world.domain("web00").vm->nics.front().network.str(), "user");
  provider.configure(settings({{"network", "nat"}}));
  const Value given{{"name", "web00"}, {"template", "debian12"}};
  const auto state = provider.import("nocloud_vm", "web00");
  EXPECT_THAT(plan("nocloud_vm", state, given).replaced, IsEmpty())
      << "they are no demand on those that are there";
}

TEST_F(Provider, WhatIsWrongWithThemIsToldAtItsPlace) {
  const auto found =
      provider.validate(settings({{"network", "x"}, {"virt_type", "x"}, {"ssh_public_keys", {key, "x"}}}));
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].path, Path::to("network"));
  EXPECT_EQ(found[2].path, Path::to("ssh_public_keys").then(Path::Index{1}));
}

/// What is said of a number in an attribute, and in the fields of a list of objects; how many take numbers.
std::size_t expect_refused(const std::vector<terraform::Attribute>& attributes,
                           const terraform::Value& number, const char* words) {
  const terraform::Value numbers = terraform::Value::array({"list", "number"});
  std::size_t count = 0;
  for (const auto& attribute : attributes) {
    count += expect_refused(attribute.fields, number, words);
    if (!attribute.is_given() || (attribute.type != "number" && attribute.type != numbers)) continue;
    ++count;
    const auto error = refusal_of([&] { attribute.check(number); });
    EXPECT_THAT(error.message(), HasSubstr(words)) << attribute.name;
    EXPECT_THAT(error.hint(), testing::StartsWith("Give ")) << attribute.name;
    EXPECT_THAT(error.hint(), testing::Not(HasSubstr("unit"))) << attribute.name;
  }
  return count;
}

TEST_F(Provider, WhatIsNotAWholeNumberIsRefusedWithARemedy) {
  const std::vector<std::pair<Value, const char*>> wrong{
      {128.5, "'128.5' is not a whole number"},
      {"0.1", "'0.1' is not a whole number"},
      {1e-9, "is not a whole number"},
      {-1, "'-1' is less than 0"},
      {-2.5, "'-2.5' is less than 0"},
      {1e300, "is too large"},
      {"100000000000000000000000", "'100000000000000000000000' is too large"}};
  for (const auto& [number, words] : wrong) {
    std::size_t count = 0;
    for (const auto& [type, kind] : provider.resources()) {
      count += expect_refused(kind->schema().attributes, number, words);
    }
    EXPECT_EQ(count, 11U);
  }
}

TEST_F(Provider, WithoutAConnectionItPlansAndNoMore) {
  terraform::Provider unconfigured(
      [](const std::optional<std::string>&, Reporter&,
         const std::stop_token&) -> std::unique_ptr<terraform::Connection> {
        throw Error(ErrorKind::unavailable, "no libvirt here", "Start it.");
      },
      me.reporter);
  EXPECT_THAT(unconfigured.configure(settings({{"uri", unknown()}})), IsEmpty());
  const auto given = config("nocloud_vm", {{"name", "web00"}, {"template", "debian12"}});
  const auto planned = unconfigured.plan("nocloud_vm", nullptr, given);
  EXPECT_THAT(planned.diagnostics, IsEmpty());
  EXPECT_EQ(refusal_of([&] { unconfigured.apply("nocloud_vm", nullptr, planned.planned); }).kind(),
            ErrorKind::unavailable);
  const auto failed = unconfigured.configure(settings());
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed[0],
            (Diagnostic{.summary = "no libvirt here", .detail = "Start it.", .path = Path::to("uri")}));
}

TEST_F(Provider, AWrongConfigurationIsNotPlanned) {
  const auto planned = plan("nocloud_vm", nullptr, {{"name", "Web"}, {"template", "debian12"}, {"cpus", 0}});
  EXPECT_THAT(planned.diagnostics, SizeIs(2));
}

TEST_F(Provider, ARemovalIsPlannedAsNothing) {
  const auto state = provider.import("nocloud_template", "debian12");
  EXPECT_TRUE(provider.plan("nocloud_template", state, nullptr).planned.is_null());
}

TEST_F(Provider, AStoredStateOfAnotherVersionIsTakenAsFarAsItGoes) {
  const auto state = provider.upgrade("nocloud_vm", R"({"name":"web00","cpus":2,"gone_since":true})");
  EXPECT_EQ(state["cpus"], 2);
  EXPECT_TRUE(state["template"].is_null());
  EXPECT_FALSE(state.contains("gone_since"));
  for (const auto* broken : {"", "[]", "5", R"({"cpus":true})", R"({"name":5})", R"({"disks":5})"}) {
    EXPECT_EQ(refusal_of([&] { provider.upgrade("nocloud_vm", broken); }).kind(), ErrorKind::invalid_input)
        << broken;
  }
}

TEST_F(Provider, WhatItDoesNotHaveIsRefused) {
  for (const auto* type : {"", "nocloud_nothing", "aws_instance"}) {
    EXPECT_THAT(refusal_of([&] { provider.read(type, nullptr); }).message(),
                HasSubstr("this provider has no"));
    EXPECT_THAT(refusal_of([&] { provider.read_data_source(type, nullptr); }).message(), HasSubstr("has no"));
  }
}

TEST_F(Provider, AStateThatItDidNotWriteIsRefused) {
  for (const auto& wrong : {Value(5), Value::object(), Value{{"name", "web00"}}}) {
    EXPECT_EQ(refusal_of([&] { provider.read("nocloud_vm", wrong); }).kind(), ErrorKind::invalid_input)
        << wrong;
  }
}

TEST_F(Provider, DataSourcesTellWhatIsThere) {
  instantiate_all(me.context(), request_for(webs(2)));
  later();
  const auto look = [&](const std::string& type, const Value& given) {
    auto config = provider.data_sources().at(type)->schema().nothing();
    config.update(given);
    return provider.read_data_source(type, config).state;
  };
  const auto vm = look("nocloud_vm", {{"name", "web01"}});
  EXPECT_THAT(shape_errors(provider.data_sources().at("nocloud_vm")->schema(), vm), IsEmpty());
  EXPECT_EQ(vm["group"], "pftest");
  const auto group = look("nocloud_group", {{"name", "pftest"}, {"type", "web"}});
  EXPECT_THAT(shape_errors(provider.data_sources().at("nocloud_group")->schema(), group), IsEmpty());
  EXPECT_EQ(group["vms"]["web01"], vm);
  const auto source = look("nocloud_template", {{"name", "debian12"}});
  EXPECT_THAT(shape_errors(provider.data_sources().at("nocloud_template")->schema(), source), IsEmpty());
  EXPECT_EQ(source["user"], "debian");
  for (const auto* type : {"nocloud_vm", "nocloud_group", "nocloud_template"}) {
    EXPECT_EQ(refusal_of([&] { look(type, {{"name", "nosuch"}}); }).kind(), ErrorKind::not_found) << type;
  }
}

TEST_F(Provider, WarningsAreOfTheirOwnCall) {
  const auto first = apply("nocloud_vm", nullptr, {{"name", "web00"}, {"template", "debian12"}});
  world.domains.at("debian12.template").source->base = base_image('b');
  world.volumes[base_image('b')] = {.content = "newer"};
  const auto adopted = provider.apply("nocloud_vm", first.state, first.state);
  EXPECT_THAT(summaries_of(adopted.diagnostics), HasSubstr("older image of its template"));
  EXPECT_EQ(summaries_of(provider.apply("nocloud_vm", first.state, nullptr).diagnostics), "");
}

}  // namespace
}  // namespace nocloud::test
