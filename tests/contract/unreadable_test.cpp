#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "contract/kinds.hpp"
#include "nocloud/virt/domain_names.hpp"
#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Records that a newer release wrote, or that somebody broke.
class UnreadableContract : public Contract {
 protected:
  /// Those of this test's world, as "web00" or "debian12.template".
  std::vector<std::string> unreadable(const std::set<std::string>& readable = {}) {
    std::vector<std::string> names;
    for (const auto& found : host().unreadable(readable)) {
      if (!found.name.starts_with(world().prefix())) continue;
      EXPECT_EQ(found.error.kind(), ErrorKind::invalid_input);
      EXPECT_NE(found.error.hint(), "");
      const auto stem = found.name.substr(world().prefix().size());
      names.push_back(found.kind == Unreadable::Kind::source ? stem + ".template" : stem);
    }
    return names;
  }

  std::string make_unreadable_vm(std::string_view stem) {
    auto uuid = host().define_vm(definition_of(stem));
    world().make_unreadable(vm_name(stem).str());
    return uuid;
  }

  void make_unreadable_template(std::string_view stem) {
    auto definition = template_of(stem);
    definition.init = GuestInit::none;
    host().define_template(definition);
    world().make_unreadable(template_domain(definition.name));
  }
};
INSTANTIATE_TEST_SUITE_P(Port, UnreadableContract, every_kind, name_of_kind);

TEST_P(UnreadableContract, AreListedApart) {
  host().define_vm(definition_of("a"));
  const auto uuid = make_unreadable_vm("b");
  host().define_template(template_of("c"));
  make_unreadable_template("d");
  world().add_foreign_domain(world().prefix() + "e");
  EXPECT_THAT(unreadable(), ElementsAre("b", "d.template"));
  EXPECT_THAT(unreadable({uuid}), ElementsAre("d.template")) << "what is known is not looked at";
  for (const auto& vm : host().vms()) EXPECT_NE(vm.name, vm_name("b"));
  for (const auto& vm : host().vm_summaries()) EXPECT_NE(vm.name, vm_name("b"));
  for (const auto& source : host().templates()) EXPECT_NE(source.name, template_name("d"));
}

TEST_P(UnreadableContract, AreNeverChanged) {
  const auto uuid = make_unreadable_vm("a");
  make_unreadable_template("b");
  const auto name = vm_name("a");
  const auto refused = ErrorKind::invalid_input;
  EXPECT_EQ(error_of([&] { host().find_vm(name); }), refused);
  EXPECT_EQ(error_of([&] { host().redefine_vm(uuid, definition_of("a")); }), refused);
  EXPECT_EQ(error_of([&] { host().complete_vm(name); }), refused);
  EXPECT_EQ(error_of([&] { host().reopen_vm(name); }), refused);
  EXPECT_EQ(error_of([&] { host().start_vm(name, StartMode::running); }), refused);
  EXPECT_EQ(error_of([&] { host().shut_down_vm(name); }), refused);
  EXPECT_EQ(error_of([&] { host().force_off_vm(name); }), refused);
  EXPECT_EQ(error_of([&] { host().undefine_vm(name); }), refused);
  EXPECT_EQ(error_of([&] { host().define_vm(definition_of("a")); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { host().others_hold(name); }), refused);
  EXPECT_EQ(error_of([&] { host().find_template(template_name("b")); }), refused);
  EXPECT_EQ(error_of([&] { host().redefine_template(template_of("b")); }), refused);
  EXPECT_EQ(error_of([&] { host().undefine_template(template_name("b")); }), refused);
  EXPECT_THAT(unreadable(), ElementsAre("a", "b.template"));
}

TEST_P(UnreadableContract, ARenamedVmIsNoneAndSaysWhy) {
  const auto uuid = host().define_vm(definition_of("a"));
  host().complete_vm(vm_name("a"));
  world().rename_domain(vm_name("a").str(), vm_name("b").str());
  EXPECT_THAT(unreadable(), ElementsAre("b"));
  EXPECT_EQ(host().find_vm(vm_name("a")), std::nullopt);
  for (const auto& found : host().unreadable({})) {
    if (found.name != vm_name("b").str()) continue;
    EXPECT_EQ(found.made_as, vm_name("a").str());
    EXPECT_EQ(found.uuid, uuid);
  }
  for (const auto& vm : host().vm_summaries()) EXPECT_NE(vm.name, vm_name("b"));
  const auto error = refusal_of([&] { host().find_vm(vm_name("b")); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_NE(error.message().find(fmt::format("was renamed: it is the VM '{}'", vm_name("a"))),
            std::string::npos);
  world().rename_domain(vm_name("b").str(), vm_name("a").str());
  EXPECT_THAT(unreadable(), IsEmpty());
  EXPECT_NE(host().find_vm(vm_name("a")), std::nullopt);
}

TEST_P(UnreadableContract, ARenamedVmStillNamesItsDisk) {
  host().define_vm(definition_of("a"));
  world().rename_domain(vm_name("a").str(), vm_name("b").str());
  const auto disk = overlay_of(vm_name("a"));
  EXPECT_THAT(host().use_of({disk}, {}).used, ElementsAre(disk));
}

TEST_P(UnreadableContract, DomainsNameTheirVolumes) {
  const auto used = [&](std::string_view stem) { return host().use_of({volume_name(stem)}, {}).used; };
  EXPECT_THAT(used("base.qcow2"), IsEmpty());
  make_unreadable_vm("a");
  EXPECT_THAT(used("base.qcow2"), ElementsAre(volume_name("base.qcow2")));
  EXPECT_THAT(used("theirs.qcow2"), IsEmpty());
  world().add_foreign_domain(world().prefix() + "b");
  world().give_disk(world().prefix() + "b", volume_name("theirs.qcow2"));
  EXPECT_THAT(used("theirs.qcow2"), ElementsAre(volume_name("theirs.qcow2")));
}

TEST_P(UnreadableContract, SnapshotsNameTheirVolumes) {
  auto definition = definition_of("a");
  definition.boot = DirectBoot{.kernel = volume_name("k"), .initrd = volume_name("i")};
  const auto uuid = make_vm(definition);
  host().take_snapshot(definition.name, SnapshotName::parse("then"));
  definition.boot.reset();
  host().redefine_vm(uuid, definition);
  EXPECT_THAT(host().use_of({volume_name("k"), volume_name("i")}, {}).used,
              ElementsAre(volume_name("i"), volume_name("k")));
  EXPECT_TRUE(host().delete_snapshot(definition.name, "then"));
  EXPECT_THAT(host().use_of({volume_name("k")}, {}).used, IsEmpty());
}

TEST_P(UnreadableContract, DisksInNoPoolAreTold) {
  const auto name = world().prefix() + "f";
  const auto told = [&] {
    const auto loose = host().use_of({volume_name("b")}, {}).loose;
    return std::ranges::count_if(loose, [&](const LooseDisk& disk) {
      return disk.path == "/nowhere/y.qcow2" && disk.description.find(name) != std::string::npos;
    });
  };
  world().add_foreign_domain(name);
  EXPECT_EQ(told(), 0);
  world().give_loose_disk(name, "/nowhere/y.qcow2");
  EXPECT_EQ(told(), 1);
}

TEST_P(UnreadableContract, PathsInArgumentsOfQemuAreTold) {
  if (!lacks("arguments").empty()) GTEST_SKIP() << lacks("arguments");
  const auto name = world().prefix() + "f";
  world().add_foreign_domain(name);
  world().give_argument(name, "file=/nowhere/y.qcow2,if=virtio");
  const auto loose = host().use_of({volume_name("b")}, {}).loose;
  EXPECT_EQ(std::ranges::count_if(loose,
                                  [&](const LooseDisk& disk) {
                                    return disk.path == "/nowhere/y.qcow2" &&
                                           disk.kind == LooseDisk::Kind::perhaps &&
                                           disk.description.find(name) != std::string::npos;
                                  }),
            1);
}

TEST_P(UnreadableContract, FilesOfOtherPoolsAreLookedAtAnew) {
  if (!lacks("base_of").empty()) GTEST_SKIP() << lacks("base_of");
  const auto base = volume_name("base.qcow2");
  host().create_volume({.name = base, .format = NewVolume::Format::qcow2, .capacity_bytes = 1U << 20U});
  world().put_layer_elsewhere(base);
  EXPECT_THAT(host().refresh_other_pools(), IsEmpty());
  EXPECT_THAT(host().use_of({base}, {}).used, ElementsAre(base));
}

TEST_P(UnreadableContract, APoolWhoseFolderIsGoneIsToldAndNotStopped) {
  if (!lacks("remove_file").empty()) GTEST_SKIP() << lacks("remove_file");
  const auto base = volume_name("base.qcow2");
  host().create_volume({.name = base, .format = NewVolume::Format::qcow2, .capacity_bytes = 1U << 20U});
  world().add_layer_elsewhere(base);
  world().remove_folder_elsewhere();
  const auto unread = host().refresh_other_pools();
  ASSERT_EQ(unread.size(), 1U);
  EXPECT_THAT(unread.front().message(), HasSubstr("other' is gone"));
  EXPECT_TRUE(world().elsewhere_is_active());
}

TEST_P(UnreadableContract, VolumesOfOtherPoolsNameTheirBase) {
  if (!lacks("base_of").empty()) GTEST_SKIP() << lacks("base_of");
  const auto base = volume_name("base.qcow2");
  host().create_volume({.name = base, .format = NewVolume::Format::qcow2, .capacity_bytes = 1U << 20U});
  EXPECT_THAT(host().use_of({base}, {}).used, IsEmpty());
  world().add_layer_elsewhere(base);
  EXPECT_THAT(host().use_of({base}, {}).used, ElementsAre(base));
}

}  // namespace
}  // namespace nocloud::test
