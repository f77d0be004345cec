#include <algorithm>

#include "contract/kinds.hpp"
#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

class VmContract : public Contract {};
INSTANTIATE_TEST_SUITE_P(Port, VmContract, every_kind, name_of_kind);

/// As it was found, without what finding adds.
VmDefinition definition_in(const std::optional<Vm>& vm) {
  return static_cast<const VmDefinition&>(vm.value());
}

TEST_P(VmContract, GivesBackWhatWasDefined) {
  auto definition = definition_of("a");
  definition.init = GuestInit::cloud_init;
  definition.user_data_sha256 = std::string(64, 'a');
  definition.cpus = CpuCount::of(3);
  definition.memory = Memory::of_mib(100);
  definition.disks = {DiskSize::of_gib(1), DiskSize::of_gib(7)};
  definition.boot = DirectBoot{.kernel = volume_name("kernel"),
                               .initrd = volume_name("initrd"),
                               .command_line = R"(quiet a="<&>'" console=ttyS0)"};
  definition.nics = {{.network = {.kind = NetworkKind::user, .name = {}},
                      .mac = MacAddress::parse("52:54:00:00:00:01"),
                      .port = 20022},
                     {.network = {.kind = NetworkKind::group, .name = "contract"},
                      .mac = MacAddress::parse("52:54:00:00:00:02"),
                      .address = Ipv4Address::parse("10.120.0.7")},
                     {.network = {.kind = NetworkKind::nat, .name = "nocloud"},
                      .mac = MacAddress::parse("52:54:00:00:00:03")},
                     {.network = {.kind = NetworkKind::bridge, .name = "br0"},
                      .mac = MacAddress::parse("52:54:00:00:00:04")}};
  const auto uuid = host().define_vm(definition);
  const auto found = host().find_vm(definition.name);
  ASSERT_TRUE(found);
  EXPECT_EQ(definition_in(found), definition);
  EXPECT_EQ(found->uuid, uuid);
  EXPECT_EQ(found->state, VmState::stopped);
  EXPECT_EQ(found->fault, "");
}

TEST_P(VmContract, GivesBackWhatIsBeingInstalled) {
  auto definition = definition_of("a");
  definition.base.reset();
  for (const auto screen :
       {Installation::Screen::none, Installation::Screen::socket, Installation::Screen::port}) {
    definition.installation = Installation{.medium = true, .seed = true, .screen = screen};
    host().define_vm(definition);
    EXPECT_EQ(definition_in(host().find_vm(definition.name)), definition);
    EXPECT_TRUE(host().undefine_vm(definition.name));
  }
}

TEST_P(VmContract, KeepsTextThatLooksLikeMarkup) {
  auto definition = definition_of("a");
  definition.owner = {.user = R"("/><x y='&lt;)", .host = "]]> <!-- é 木 -->"};
  definition.host_key = "ssh-ed25519 AAAA </metadata></domain> &#10;";
  host().define_vm(definition);
  EXPECT_EQ(definition_in(host().find_vm(definition.name)), definition);
}

TEST_P(VmContract, ListsItsOwnSorted) {
  for (const auto* stem : {"c", "a", "b"}) host().define_vm(definition_of(stem));
  world().add_foreign_domain(world().prefix() + "d");
  host().define_template(template_of("t"));
  std::vector<std::string> ours;
  for (const auto& vm : host().vms()) {
    if (vm.name.str().starts_with(world().prefix())) ours.push_back(vm.name.str());
  }
  EXPECT_EQ(ours, (std::vector{vm_name("a").str(), vm_name("b").str(), vm_name("c").str()}));
}

TEST_P(VmContract, ListsInShortWhatItListsInFull) {
  host().define_vm(definition_of("b"));
  host().complete_vm(vm_name("b"));
  auto other = definition_of("a");
  other.owner = {.user = R"("/><x y='&lt;)", .host = "木"};
  host().define_vm(other);
  world().add_foreign_domain(world().prefix() + "c");
  host().define_template(template_of("t"));
  std::vector<VmSummary> in_short;
  for (const auto& vm : host().vm_summaries()) {
    if (vm.name.str().starts_with(world().prefix())) in_short.push_back(vm);
  }
  std::vector<VmSummary> in_full;
  for (const auto& vm : host().vms()) {
    if (vm.name.str().starts_with(world().prefix())) in_full.push_back(summary_of(vm));
  }
  EXPECT_EQ(in_full.size(), 2U);
  EXPECT_EQ(in_short, in_full);
}

TEST_P(VmContract, ListsTheNamesThatAreHeld) {
  const auto uuid = host().define_vm(definition_of("b"));
  world().add_foreign_domain(vm_name("a").str());
  world().add_foreign_domain(world().prefix() + "No-VM");
  host().define_template(template_of("t"));
  std::vector<HeldName> held;
  for (const auto& one : host().held_names()) {
    if (one.name.str().starts_with(world().prefix())) held.push_back(one);
  }
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].name, vm_name("a"));
  EXPECT_NE(held[0].uuid, uuid);
  EXPECT_EQ(held[1], (HeldName{.name = vm_name("b"), .uuid = uuid}));
}

TEST_P(VmContract, FindsNothingThatIsNotThere) {
  EXPECT_EQ(host().find_vm(vm_name("a")), std::nullopt);
  EXPECT_FALSE(host().others_hold(vm_name("a")));
  EXPECT_FALSE(host().undefine_vm(vm_name("a")));
}

TEST_P(VmContract, ClaimsANameOnce) {
  const auto first = definition_of("a");
  host().define_vm(first);
  auto second = first;
  second.owner.user = "berta";
  EXPECT_EQ(error_of([&] { host().define_vm(second); }), ErrorKind::conflict);
  EXPECT_EQ(definition_in(host().find_vm(first.name)), first);
}

TEST_P(VmContract, ClaimsANameOnceAmongProcesses) {
  const auto other = world().second_connection();
  host().define_vm(definition_of("a"));
  EXPECT_EQ(error_of([&] { other->define_vm(definition_of("a")); }), ErrorKind::conflict);
  EXPECT_TRUE(other->find_vm(vm_name("a")));
  EXPECT_FALSE(other->others_hold(vm_name("a")));
}

TEST_P(VmContract, LeavesOthersDomainsAlone) {
  const auto name = vm_name("a");
  world().add_foreign_domain(name.str());
  EXPECT_EQ(host().find_vm(name), std::nullopt);
  EXPECT_TRUE(host().others_hold(name));
  EXPECT_EQ(error_of([&] { host().define_vm(definition_of("a")); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { host().start_vm(name, StartMode::running); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { host().complete_vm(name); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { host().reopen_vm(name); }), ErrorKind::not_found);
  EXPECT_FALSE(host().undefine_vm(name));
  host().shut_down_vm(name);
  host().force_off_vm(name);
  const auto names = world().domain_names();
  EXPECT_NE(std::ranges::find(names, name.str()), names.end());
}

TEST_P(VmContract, RedefinesUnderTheSameUuid) {
  auto definition = definition_of("a");
  const auto uuid = host().define_vm(definition);
  definition.cpus = CpuCount::of(4);
  definition.base = volume_name("newer.qcow2");
  definition.complete = true;
  host().redefine_vm(uuid, definition);
  const auto found = host().find_vm(definition.name);
  EXPECT_EQ(definition_in(found), definition);
  EXPECT_EQ(found->uuid, uuid);
}

TEST_P(VmContract, RedefinesOnlyTheVmThatItWas) {
  EXPECT_EQ(error_of([&] { host().redefine_vm("7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b", definition_of("a")); }),
            ErrorKind::not_found);
  EXPECT_EQ(host().find_vm(vm_name("a")), std::nullopt);
  host().define_vm(definition_of("a"));
  EXPECT_EQ(error_of([&] { host().redefine_vm("7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b", definition_of("a")); }),
            ErrorKind::not_found);
}

TEST_P(VmContract, RefusesToRedefineOverADiskOfOthers) {
  auto changed = definition_of("a");
  const auto uuid = host().define_vm(changed);
  host().require_own_disks(changed.name);
  world().give_disk(changed.name.str(), volume_name("theirs.qcow2"));
  changed.cpus = CpuCount::of(4);
  EXPECT_EQ(error_of([&] { host().redefine_vm(uuid, changed); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { host().require_own_disks(changed.name); }), ErrorKind::conflict);
  EXPECT_EQ(definition_in(host().find_vm(changed.name)), definition_of("a"));
}

TEST_P(VmContract, RefusesToRedefineOverAnExternalSnapshot) {
  auto changed = definition_of("a");
  const auto uuid = host().define_vm(changed);
  world().swap_disk(changed.name, volume_name("a.s1"));
  changed.cpus = CpuCount::of(4);
  const auto error = refusal_of([&] { host().redefine_vm(uuid, changed); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_NE(error.message().find(volume_name("a.s1").str()), std::string::npos);
  EXPECT_NE(error.hint(), "");
  EXPECT_EQ(error_of([&] { host().require_own_disks(changed.name); }), ErrorKind::conflict);
  EXPECT_EQ(definition_in(host().find_vm(changed.name)), definition_of("a"));
  EXPECT_EQ(error_of([&] { host().require_own_disks(vm_name("b")); }), ErrorKind::not_found);
}

TEST_P(VmContract, KeepsWhatOthersSetUpOfADomain) {
  if (const auto reason = lacks("devices"); !reason.empty()) GTEST_SKIP() << reason;
  auto changed = definition_of("a");
  const auto uuid = host().define_vm(changed);
  constexpr auto device = "<sound model='ac97'/>";
  world().attach_device(changed.name.str(), device);
  changed.memory = Memory::of_mib(48);
  host().redefine_vm(uuid, changed);
  EXPECT_EQ(definition_in(host().find_vm(changed.name)), changed);
  EXPECT_NE(world().definition_xml(changed.name.str()).find("<sound model='ac97'"), std::string::npos);
  changed.disks = {DiskSize::of_gib(1)};
  EXPECT_EQ(error_of([&] { host().redefine_vm(uuid, changed); }), ErrorKind::conflict);
  EXPECT_NE(world().definition_xml(changed.name.str()).find("<sound model='ac97'"), std::string::npos);
}

TEST_P(VmContract, MarksAVmComplete) {
  auto definition = definition_of("a");
  definition.disks = {DiskSize::of_gib(1)};
  definition.nics = {{.network = {.kind = NetworkKind::user, .name = {}},
                      .mac = MacAddress::parse("52:54:00:00:00:01"),
                      .port = 20022}};
  const auto uuid = host().define_vm(definition);
  host().complete_vm(definition.name);
  definition.complete = true;
  const auto found = host().find_vm(definition.name);
  EXPECT_EQ(definition_in(found), definition);
  EXPECT_EQ(found->uuid, uuid);
  host().complete_vm(definition.name);
  EXPECT_EQ(error_of([&] { host().complete_vm(vm_name("b")); }), ErrorKind::not_found);
}

TEST_P(VmContract, KeepsWhoHasYetToConfirmAVm) {
  auto definition = definition_of("a");
  definition.unconfirmed = "0123abcd";
  host().define_vm(definition);
  EXPECT_EQ(definition_in(host().find_vm(definition.name)), definition);
  for (const auto* run : {"4567", ""}) {
    host().set_unconfirmed(definition.name, run);
    definition.unconfirmed = run;
    EXPECT_EQ(definition_in(host().find_vm(definition.name)), definition);
  }
  EXPECT_EQ(error_of([&] { host().set_unconfirmed(vm_name("b"), ""); }), ErrorKind::not_found);
}

TEST_P(VmContract, MarksAVmIncompleteAgain) {
  const auto definition = definition_of("a");
  host().define_vm(definition);
  host().complete_vm(definition.name);
  host().reopen_vm(definition.name);
  EXPECT_EQ(definition_in(host().find_vm(definition.name)), definition);
  host().reopen_vm(definition.name);
  EXPECT_EQ(error_of([&] { host().reopen_vm(vm_name("b")); }), ErrorKind::not_found);
}

TEST_P(VmContract, ForgetsAndCanMakeAnew) {
  const auto first = host().define_vm(definition_of("a"));
  EXPECT_TRUE(host().undefine_vm(vm_name("a")));
  EXPECT_EQ(host().find_vm(vm_name("a")), std::nullopt);
  EXPECT_FALSE(host().undefine_vm(vm_name("a")));
  EXPECT_NE(host().define_vm(definition_of("a")), first);
}

}  // namespace
}  // namespace nocloud::test
