#include "nocloud/ops/converge/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Vm running_web00() {
  return {VmDefinition{.name = VmName::parse("web00"),
                       .group = GroupName::parse("pftest"),
                       .type = TypeName::parse("web"),
                       .template_name = debian12().name,
                       .owner = eva,
                       .user = UserName::parse("debian"),
                       .virt_type = VirtType::qemu,
                       .memory = Memory::of_mib(1024),
                       .cpus = CpuCount::of(1),
                       .base = base_image(),
                       .nics = {{.network = {}, .mac = mac_of_vm(VmName::parse("web00"))}},
                       .complete = true},
          "uuid", VmState::running, ""};
}

VmPlan plan_of(const DescribedVm& wanted, const std::optional<Vm>& present,
               const InstantiateRequest& request = {}) {
  return plan_vm(wanted, present, debian12(), request, eva);
}

/// The one difference between a running web00 and what is asked for.
std::vector<std::string> differences(const Vm& present, const DescribedVm& wanted,
                                     const InstantiateRequest& request = {}) {
  return texts_of(plan_of(wanted, present, request).differences);
}

World world_with(const std::vector<Vm>& vms) {
  World world{.templates = {{debian12().name, debian12()}}, .host_memory = Memory::of_mib(4096)};
  for (const auto& vm : vms) {
    world.vms.push_back(summary_of(vm));
    world.present.emplace(vm.name, vm);
  }
  return world;
}

TEST(Plan, CreatesWhatIsMissingOrIncomplete) {
  EXPECT_EQ(plan_of(described("web00"), std::nullopt).change, Change::created);
  auto incomplete = running_web00();
  incomplete.complete = false;
  EXPECT_EQ(plan_of(described("web00"), incomplete).change, Change::created);
}

TEST(Plan, StartsWhatIsDownAndLeavesWhatIsUp) {
  auto present = running_web00();
  EXPECT_EQ(plan_of(described("web00"), present).change, Change::none);
  present.state = VmState::paused;
  EXPECT_EQ(plan_of(described("web00"), present).change, Change::none);
  present.state = VmState::stopped;
  EXPECT_EQ(plan_of(described("web00"), present).change, Change::started);
  present.state = VmState::crashed;
  EXPECT_EQ(plan_of(described("web00"), present).change, Change::started);
}

TEST(Plan, FindsNoDifferenceWhereThereIsNone) {
  const VmShape same{.memory = Memory::of_mib(1024), .cpus = CpuCount::of(1)};
  const InstantiateRequest request{.networks = NetworkList(), .virt_type = VirtType::qemu};
  EXPECT_THAT(differences(running_web00(), described("web00", same), request), IsEmpty());
}

TEST(Plan, WhatIsLeftOpenIsNoDifference) {
  auto present = running_web00();
  present.memory = Memory::of_mib(512);
  present.cpus = CpuCount::of(4);
  present.virt_type = VirtType::kvm;
  present.user_data_sha256 = "abc";
  present.nics.front().network = {.kind = NetworkKind::bridge, .name = "br0"};
  EXPECT_THAT(differences(present, described("web00")), IsEmpty());
}

TEST(Plan, TellsEachDifference) {
  const auto present = running_web00();
  EXPECT_THAT(differences(present, described("web00", {.memory = Memory::of_mib(2048)})),
              ElementsAre("memory in MB is 1024, not 2048"));
  EXPECT_THAT(differences(present, described("web00", {.cpus = CpuCount::of(2)})),
              ElementsAre("number of CPUs is 1, not 2"));
  EXPECT_THAT(differences(present, described("web00", {.disks = {DiskSize::of_gib(5)}})),
              ElementsAre("extra disks is none, not 5 GB"));
  auto wanted = described("web00");
  wanted.type = TypeName::parse("db");
  EXPECT_THAT(differences(present, wanted), ElementsAre("type is web, not db"));
  wanted = described("web00");
  wanted.template_name = TemplateName::parse("debian13");
  EXPECT_THAT(differences(present, wanted), ElementsAre("template is debian12, not debian13"));
}

TEST(Plan, TellsDifferencesFromTheRequest) {
  const auto present = running_web00();
  EXPECT_THAT(differences(present, described("web00"), {.networks = NetworkList::parse("user")}),
              ElementsAre("network is nat, not user"));
  EXPECT_THAT(differences(present, described("web00"), {.virt_type = VirtType::kvm}),
              ElementsAre("virtualisation is qemu, not kvm"));
  EXPECT_THAT(differences(present, described("web00"), {.user_data = "#cloud-config\n"}),
              ElementsAre("it was made from other user-data"));
}

TEST(Plan, TellsWhatEachDifferenceTakes) {
  using Takes = Difference::Takes;
  auto present = running_web00();
  present.disks = {DiskSize::of_gib(5), DiskSize::of_gib(6)};
  const auto effort = [&](VmShape shape, const InstantiateRequest& request = {}) {
    if (shape.disks.empty()) shape.disks = present.disks;
    const auto found = plan_of(described("web00", shape), present, request).differences;
    return found.size() == 1 ? std::optional(found[0].takes) : std::nullopt;
  };
  EXPECT_EQ(effort({.memory = Memory::of_mib(2048)}), Takes::stop);
  EXPECT_EQ(effort({.cpus = CpuCount::of(2)}), Takes::stop);
  EXPECT_EQ(effort({.disks = {DiskSize::of_gib(5), DiskSize::of_gib(6), DiskSize::of_gib(1)}}), Takes::stop);
  EXPECT_EQ(effort({.disks = {DiskSize::of_gib(5)}}), Takes::recreation);
  EXPECT_EQ(effort({.disks = {DiskSize::of_gib(5), DiskSize::of_gib(7)}}), Takes::stop);
  EXPECT_EQ(effort({.disks = {DiskSize::of_gib(9), DiskSize::of_gib(5)}}), Takes::recreation);
  EXPECT_EQ(effort({}, {.networks = NetworkList::parse("user")}), Takes::recreation);
  EXPECT_EQ(effort({}, {.virt_type = VirtType::kvm}), Takes::recreation);
  EXPECT_EQ(effort({}, {.user_data = "#cloud-config\n"}), Takes::recreation);
  present.base = base_image('b');
  EXPECT_EQ(effort({}), Takes::nothing);
}

TEST(Plan, StartsNothingForARequestThatDoesNotStart) {
  auto present = running_web00();
  present.state = VmState::stopped;
  EXPECT_EQ(plan_of(described("web00"), present, {.start = std::nullopt}).change, Change::none);
  EXPECT_EQ(plan_of(described("web00"), std::nullopt, {.start = std::nullopt}).change, Change::created);
}

TEST(Plan, SameUserDataIsNoDifference) {
  auto present = running_web00();
  present.user_data_sha256 = hex(bytes_of(sha256("#cloud-config\n")));
  EXPECT_THAT(differences(present, described("web00"), {.user_data = "#cloud-config\n"}), IsEmpty());
}

TEST(Plan, AnOlderImageFitsAndIsTold) {
  auto present = running_web00();
  present.base = base_image('b');
  const auto plan = plan_of(described("web00"), present);
  EXPECT_EQ(plan.change, Change::none);
  EXPECT_THAT(texts_of(plan.differences), ElementsAre("it is on an older image of its template"));
}

TEST(Plan, AnotherOwnersVmIsAConflictThatNamesTheOwner) {
  auto present = running_web00();
  present.owner = bob;
  const auto error = refusal_of([&] { plan_of(described("web00"), present); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_EQ(error.message(), "VM 'web00' belongs to bob@here, and you are eva@here");
}

TEST(Plan, AnOwnerThatIsAskedForIsAccepted) {
  auto present = running_web00();
  present.owner = bob;
  const auto world = world_with({present});
  InstantiateRequest request{.vms = {described("web00")}};
  EXPECT_EQ(refusal_of([&] { check_request(request, world, eva); }).kind(), ErrorKind::conflict);
  request.owner = OwnerFilter::parse("bob@here");
  EXPECT_NO_THROW(check_request(request, world, eva));
}

TEST(Plan, TheSameLoginOfAnotherHostIsAnotherOwner) {
  auto present = running_web00();
  present.owner = {.user = "eva", .host = "elsewhere"};
  EXPECT_EQ(refusal_of([&] { plan_of(described("web00"), present); }).kind(), ErrorKind::conflict);
}

TEST(Plan, AnotherGroupsVmIsAConflictThatNamesBoth) {
  auto present = running_web00();
  present.group = GroupName::parse("other");
  const auto error = refusal_of([&] { plan_of(described("web00"), present); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("'other'"));
  EXPECT_THAT(error.message(), HasSubstr("'pftest'"));
}

TEST(CheckRequest, RefusesMoreMemoryThanTheHostHas) {
  const auto check = [](std::uint64_t mib) {
    check_request({.vms = {described("web00", {.memory = Memory::of_mib(mib)})}}, world_with({}), eva);
  };
  EXPECT_NO_THROW(check(4096));
  const auto error = refusal_of([&] { check(4097); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.message(), HasSubstr("4096 MB"));
  auto small = world_with({});
  small.host_memory = Memory::of_mib(512);
  EXPECT_EQ(refusal_of([&] { check_request({.vms = {described("web00")}}, small, eva); }).kind(),
            ErrorKind::unavailable)
      << "the template's own memory counts, too";
}

TEST(CheckRequest, RefusesATemplateThatIsNotThere) {
  auto world = world_with({});
  world.templates.clear();
  EXPECT_EQ(refusal_of([&] { check_request({.vms = {described("web00")}}, world, eva); }).kind(),
            ErrorKind::not_found);
}

TEST(CheckRequest, SaysWhereADescriptionNamesAMissingTemplate) {
  const auto described = read_spec("debian12:1:web\n debian21:1:sql # new\n", "lab", GroupName::parse("lab"));
  const auto error = refusal_of([&] { check_request({.vms = described.vms}, world_with({}), eva); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_EQ(error.message(), "lab:2:2: there is no template 'debian21'\n debian21:1:sql # new\n ^");
}

TEST(CheckRequest, RefusesNamesThatWouldClashForAnsible) {
  auto other = running_web00();
  other.name = VmName::parse("pftest");
  other.group = GroupName::parse("another");
  const auto error =
      refusal_of([&] { check_request({.vms = {described("web01")}}, world_with({other}), eva); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("pftest"));
}

TEST(CheckRequest, AcceptsWhatExistsAlready) {
  EXPECT_NO_THROW(
      check_request({.vms = {described("web00"), described("web01")}}, world_with({running_web00()}), eva));
}

}  // namespace
}  // namespace nocloud::test
