#include "nocloud/app/ansible_inventory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"
#include "support/golden.hpp"
#include "support/sample_vm.hpp"

namespace nocloud::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string evil = "{{ lookup('pipe','id') }}";

SshAccess access() {
  return {.known_hosts = "/home/eva/.local/share/nocloud/known_hosts",
          .identity = "/home/eva/.local/share/nocloud/id_ed25519",
          .uri = "qemu:///system"};
}

LocatedSummary web00() {
  return in_short(located_vm());
}

Vm placed(std::string_view name, std::string_view group, std::string_view type) {
  auto vm = sample_vm(name);
  vm.group = GroupName::parse(group);
  vm.type = TypeName::parse(type);
  return vm;
}

json inventory_of(const std::vector<Vm>& vms) {
  std::vector<LocatedSummary> located;
  located.reserve(vms.size());
  for (const auto& vm : vms) located.push_back(in_short(located_vm(vm)));
  return inventory_json(located, access());
}

/// Every string that Ansible would take for a template.
void collect_templates(const json& value, std::vector<std::string>& found) {
  if (value.is_string() && value.get<std::string>().find("{{") != std::string::npos) found.push_back(value);
  if (!value.is_structured() || value.contains("__ansible_unsafe")) return;
  for (const auto& [key, member] : value.items()) {
    if (key.find("{{") != std::string::npos) found.push_back(key);
    collect_templates(member, found);
  }
}

std::vector<std::string> templates_in(const json& value) {
  std::vector<std::string> found;
  collect_templates(value, found);
  return found;
}

TEST(Inventory, IsStable) {
  auto on_user = sample_vm("sql00");
  on_user.type = TypeName::parse("sql");
  on_user.nics = {{.network = {.kind = NetworkKind::user, .name = ""},
                   .mac = on_user.nics[0].mac,
                   .port = std::uint16_t{21001}}};
  LocatedSummary forwarded{.vm = summary_of(on_user),
                           .endpoint = Endpoint{.host = "127.0.0.1", .port = 21001}};
  auto distant = in_short(located_vm(sample_vm("web01")));
  distant.endpoint->via = "root@far";
  LocatedSummary nowhere{.vm = summary_of(sample_vm("web02"))};
  nowhere.vm.init = GuestInit::none;
  nowhere.vm.state = VmState::stopped;
  expect_golden("app/ansible_inventory.json",
                inventory_json({forwarded, web00(), distant, nowhere}, access()).dump(2) + "\n");
}

TEST(Inventory, HostsCanBeCalledByAddress) {
  LocatedSummary forwarded{.vm = summary_of(placed("db00", "pftest", "sql")),
                           .endpoint = Endpoint{.host = "127.0.0.1", .port = 21001}};
  const auto inventory = inventory_json({web00(), forwarded}, access(), HostNaming::address);
  EXPECT_EQ(inventory["pftest_web"]["hosts"], json({"10.112.0.79"}));
  EXPECT_EQ(inventory["_meta"]["hostvars"]["10.112.0.79"]["nocloud_name"], "web00");
  // 127.0.0.1 is everybody's.
  EXPECT_EQ(inventory["pftest_sql"]["hosts"], json({"db00"}));
}

TEST(Inventory, EmptyItStillHasHostvars) {
  EXPECT_EQ(inventory_json({}, access()), json::parse(R"({"_meta": {"hostvars": {}}})"));
}

TEST(Inventory, NoGroupIsAnEmptyObject) {
  const auto inventory = inventory_of({sample_vm()});
  EXPECT_TRUE(inventory.contains("pftest"));
  for (const auto& [name, group] : inventory.items()) EXPECT_FALSE(group.empty()) << name;
}

TEST(Inventory, EveryHostIsInAGroupOfItsOwn) {
  const auto inventory = inventory_of({sample_vm("web00"), sample_vm("web01")});
  EXPECT_EQ(inventory["pftest"]["children"], json({"pftest_web"}));
  EXPECT_EQ(inventory["pftest_web"]["hosts"], json({"web00", "web01"}));
  EXPECT_EQ(inventory["template_debian12"]["hosts"], json({"web00", "web01"}));
}

TEST(Inventory, HyphensAndDotsBecomeUnderscores) {
  auto vm = placed("web00", "pf-test", "web-a");
  vm.template_name = TemplateName::parse("debian-12.5");
  const auto inventory = inventory_of({vm});
  EXPECT_TRUE(inventory.contains("pf_test"));
  EXPECT_TRUE(inventory.contains("pf_test_web_a"));
  EXPECT_TRUE(inventory.contains("template_debian_12_5"));
}

TEST(Inventory, GroupsThatClashKeepTheirHosts) {
  // Refused where VMs are made; but two hosts' users may have made them apart.
  const auto inventory = inventory_of({placed("a", "pf", "test"), placed("b", "pf_test", "web")});
  EXPECT_EQ(inventory["pf_test"]["hosts"], json({"a"}));
  EXPECT_EQ(inventory["pf_test"]["children"], json({"pf_test_web"}));
}

TEST(Inventory, TextOfOthersIsNoTemplate) {
  auto vm = sample_vm();
  vm.owner = {.user = evil, .host = evil};
  vm.host_key = evil;
  vm.fault = evil;
  vm.user_data_sha256 = evil;
  vm.nics[0].network = {.kind = NetworkKind::bridge, .name = evil};
  const auto inventory = inventory_of({vm});
  EXPECT_THAT(templates_in(inventory["_meta"]), testing::IsEmpty());
  EXPECT_THAT(templates_in(inventory),
              testing::UnorderedElementsAre("{{ nocloud_user }}", "{{ nocloud_ssh_args | default('') }}"));
  EXPECT_EQ(inventory["_meta"]["hostvars"]["web00"]["nocloud_owner"]["__ansible_unsafe"], evil + "@" + evil);
}

TEST(Inventory, WhereToConnectCannotBeATemplate) {
  auto located = web00();
  located.endpoint->host = evil;
  EXPECT_THROW(host_variables(located, access()), Error);
  located = web00();
  located.endpoint->via = evil;
  EXPECT_THROW(host_variables(located, access()), Error);
}

TEST(Inventory, ALoginOrNameCannotBeATemplate) {
  EXPECT_THROW(UserName::parse(evil), Error);
  EXPECT_THROW(VmName::parse(evil), Error);
  EXPECT_THROW(GroupName::parse(evil), Error);
}

TEST(Inventory, NeverUnverified) {
  const auto variables = host_variables(web00(), access());
  const std::string arguments = variables["nocloud_ssh_args"];
  EXPECT_THAT(arguments, testing::StartsWith("-F none "));
  EXPECT_THAT(arguments, HasSubstr("StrictHostKeyChecking=yes"));
  EXPECT_THAT(arguments, HasSubstr("HostKeyAlias=web00."));
}

TEST(Inventory, HowToLogInIsADefault) {
  auto other = sample_vm("bsd00");
  other.template_name = TemplateName::parse("openbsd");
  other.init = GuestInit::none;
  const auto inventory = inventory_of({sample_vm(), other});
  ASSERT_EQ(inventory["_meta"]["hostvars"].size(), 2U);
  for (const auto& [host, variables] : inventory["_meta"]["hostvars"].items()) {
    for (const auto* name : {"ansible_user", "ansible_python_interpreter", "ansible_ssh_common_args",
                             "ansible_ssh_private_key_file"}) {
      EXPECT_FALSE(variables.contains(name)) << host << " " << name;
    }
    EXPECT_EQ(variables["nocloud_user"], "debian");
  }
  EXPECT_EQ(inventory["template_debian12"]["vars"]["ansible_python_interpreter"], "/usr/bin/python3");
  EXPECT_FALSE(inventory["template_openbsd"]["vars"].contains("ansible_python_interpreter"));
}

TEST(Inventory, OwnVariablesHaveAPrefix) {
  const auto variables = host_variables(web00(), access());
  ASSERT_TRUE(variables.contains("nocloud_user"));
  for (const auto& [name, value] : variables.items()) {
    EXPECT_TRUE(name.starts_with("ansible_") || name.starts_with("nocloud_")) << name;
    EXPECT_FALSE(value.is_null()) << name << ": Ansible rejects the whole inventory over a null";
  }
}

TEST(Inventory, BytesThatAreNotUtf8DoNotBreakIt) {
  auto vm = sample_vm();
  vm.owner.user = "\xff";
  EXPECT_NO_THROW(inventory_of({vm}).dump(2, ' ', false, json::error_handler_t::replace));
}

}  // namespace
}  // namespace nocloud::test
