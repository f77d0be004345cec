// What can be known before anything is made is known then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/spec/spec_file.hpp"
#include "nocloud/ops/converge/ensure_group.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/template/adjust.hpp"
#include "nocloud/ops/vm/snapshots.hpp"
#include "unit/ops/ensuring.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KnownBefore : public testing::Test, protected Scene {
 protected:
  static InstantiateRequest on(std::string_view networks) {
    auto request = request_for(webs(2));
    request.networks = NetworkList::parse(networks);
    return request;
  }
  /// What the request is refused for; nothing was made.
  Error refused(const InstantiateRequest& request) {
    const auto before = snapshot_of(world);
    auto error = refusal_of([&] { instantiate(me.context(), request); });
    EXPECT_EQ(snapshot_of(world), before);
    EXPECT_THAT(world.networks, IsEmpty()) << "not even nocloud's own network";
    EXPECT_FALSE(error.hint().empty());
    return error;
  }
};

TEST_F(KnownBefore, AMissingNetwork) {
  for (const auto* networks : {"nat,nat=missing", "nat=missing", "user,nat=missing", "nat=missing,nat"}) {
    const auto error = refused(on(networks));
    EXPECT_EQ(error.kind(), ErrorKind::not_found) << networks;
    EXPECT_THAT(error.message(), HasSubstr("'missing'")) << networks;
  }
}

TEST_F(KnownBefore, AMissingBridge) {
  for (const auto* networks : {"bridge=br-none", "nat,bridge=br-none", "user,bridge=br-none"}) {
    const auto error = refused(on(networks));
    EXPECT_EQ(error.kind(), ErrorKind::not_found) << networks;
    EXPECT_THAT(error.message(), HasSubstr("'br-none'")) << networks;
  }
}

TEST_F(KnownBefore, AnInterfaceThatIsNotABridge) {
  for (const auto* networks : {"bridge=lo", "nat,bridge=lo", "user,bridge=lo"}) {
    const auto error = refused(on(networks));
    EXPECT_EQ(error.kind(), ErrorKind::not_found) << networks;
    EXPECT_THAT(error.message(), HasSubstr("'lo' is not a bridge")) << networks;
  }
  world.interfaces[BridgeName::parse("far")] = HostInterface::unknown;
  auto unknown = on("bridge=far");
  unknown.effect = InstantiateRequest::Effect::dry_run;
  EXPECT_NO_THROW(instantiate(me.context(), unknown));
}

TEST_F(KnownBefore, AMissingTemporaryFolder) {
  ::setenv("TMPDIR", "/nonexistent", 1);
  for (const auto effect : {InstantiateRequest::Effect::real, InstantiateRequest::Effect::dry_run}) {
    auto request = on("nat");
    request.effect = effect;
    const auto error = refused(request);
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_THAT(error.message(), HasSubstr("'/nonexistent'"));
    EXPECT_THAT(error.hint(), HasSubstr("TMPDIR"));
  }
  const auto before = snapshot_of(world);
  auto wanted = request_to(State::started);
  wanted.template_name = TemplateName::parse("debian12");
  EXPECT_EQ(refusal_of([&] { plan_ensure(me.context(), wanted); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(snapshot_of(world), before);
  ::unsetenv("TMPDIR");
}

TEST_F(KnownBefore, AHostThatHasNoNetworks) {
  world.place.privileged = false;
  for (const auto effect : {InstantiateRequest::Effect::real, InstantiateRequest::Effect::dry_run}) {
    auto request = on("nat");
    request.effect = effect;
    EXPECT_EQ(refused(request).kind(), ErrorKind::unavailable);
  }
  EXPECT_EQ(refused(on("user,nat=missing")).kind(), ErrorKind::unavailable);
}

TEST_F(KnownBefore, AFullDisk) {
  world.free_bytes = std::uint64_t{1} << 20U;
  const auto error = refused(request_for(webs(2)));
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "the VMs need at least 2 MB; the disk of libvirt's storage pool has 1 MB left");
}

TEST_F(KnownBefore, AHostWithoutKvm) {
  world.facts.offers_kvm = false;
  for (const auto effect : {InstantiateRequest::Effect::real, InstantiateRequest::Effect::dry_run}) {
    auto request = on("nat");
    request.effect = effect;
    request.virt_type = VirtType::kvm;
    EXPECT_EQ(refused(request).kind(), ErrorKind::unavailable);
  }
}

TEST_F(KnownBefore, MoreCpusThanAMachineTakes) {
  for (const auto effect : {InstantiateRequest::Effect::real, InstantiateRequest::Effect::dry_run}) {
    auto request = request_for({described("web00"), described("web01", {.cpus = CpuCount::of(300)})});
    request.effect = effect;
    const auto error = refused(request);
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_EQ(error.message(), "VM 'web01': 300 CPUs are more than a VM of this host can have");
    EXPECT_THAT(error.hint(), HasSubstr("255"));
  }
}

TEST_F(KnownBefore, MoreCpusThanAMachineTakesAreToldAtTheirLine) {
  const auto description =
      read_spec("debian12:1:web\ndebian12:1:sql:cpu=300\n", "pftest", GroupName::parse("pftest"));
  EXPECT_THAT(refused(request_for(description.vms)).message(), HasSubstr("pftest:2:"));
}

TEST_F(KnownBefore, MoreCpusThanAMachineTakesOfATemplate) {
  world.domains.at("debian12.template").source->cpus = CpuCount::of(300);
  EXPECT_EQ(refused(request_for(webs(1))).kind(), ErrorKind::unavailable);
}

TEST_F(KnownBefore, TheHostIsAskedOnlyForMany) {
  instantiate_all(me.context(), request_for({described("web00", {.cpus = CpuCount::of(16)})}));
  EXPECT_EQ(me.hypervisor.count_of("most_cpus"), 0U);
  instantiate_all(me.context(), request_for({described("web01", {.cpus = CpuCount::of(255)})}));
  EXPECT_EQ(me.hypervisor.count_of("most_cpus"), 1U);
  world.most_cpus.reset();
  instantiate_all(me.context(), request_for({described("web02", {.cpus = CpuCount::of(300)})}));
}

TEST_F(KnownBefore, MoreCpusForWhatIsThere) {
  auto request = request_for(webs(1));
  request.start.reset();
  instantiate_all(me.context(), request);
  const Adjustment more{.cpus = CpuCount::of(300)};
  const auto before = snapshot_of(world);
  EXPECT_EQ(refusal_of([&] { adjust_vm(me.context(), web00, {}, more); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(refusal_of([&] { adjust_template(me.context(), debian12().name, more); }).kind(),
            ErrorKind::unavailable);
  EXPECT_EQ(snapshot_of(world), before);
}

/// VMs are there, and are to be others: none of them is stopped or removed for what cannot be had.
class KnownBeforeReplacing : public KnownBefore {
 protected:
  KnownBeforeReplacing() {
    instantiate_all(me.context(), request_for(webs(2)));
    before = snapshot_of(world);
  }
  /// In both ways that lead to another VM in its place.
  void expect_refused(const VmShape& shape, const std::optional<NetworkList>& networks,
                      std::optional<VirtType> virt_type) {
    auto alone = request_to(State::started);
    alone.cpus = shape.cpus;
    alone.networks = networks;
    alone.virt_type = virt_type;
    alone.misfit = Misfit::recreate;
    alone.interruption = Interruption::accept;
    expect_unavailable([&] { plan_ensure(me.context(), alone); });

    auto wanted = request_for({described("web00", shape), described("web01", shape)});
    wanted.networks = networks;
    wanted.virt_type = virt_type;
    const GroupRequest group{.group = wanted.vms.front().group,
                             .wanted = wanted,
                             .misfit = Misfit::recreate,
                             .interruption = Interruption::accept};
    expect_unavailable([&] { plan_group(me.context(), group); });
    EXPECT_EQ(snapshot_of(world), before);
  }
  template <class Work>
  static void expect_unavailable(const Work& work) {
    const auto error = refusal_of(work);
    EXPECT_EQ(error.kind(), ErrorKind::unavailable) << error.message();
    EXPECT_FALSE(error.hint().empty());
  }

  std::string before;
};

TEST_F(KnownBeforeReplacing, AHostWithoutKvm) {
  world.facts.offers_kvm = false;
  expect_refused({}, std::nullopt, VirtType::kvm);
}

TEST_F(KnownBeforeReplacing, AFullDisk) {
  world.free_bytes = 0;
  expect_refused({}, NetworkList::parse("user"), VirtType::qemu);
}

TEST_F(KnownBeforeReplacing, RoomIsNeededForOneAtATime) {
  world.free_bytes = least_bytes_of_vm;
  auto wanted = request_for(webs(2));
  wanted.networks = NetworkList::parse("user");
  const GroupRequest group{.group = wanted.vms.front().group, .wanted = wanted, .misfit = Misfit::recreate};
  EXPECT_FALSE(ensure_group(me.context(), group, plan_group(me.context(), group)).error);
}

TEST_F(KnownBeforeReplacing, MoreCpusThanAMachineTakes) {
  expect_refused({.cpus = CpuCount::of(300)}, NetworkList::parse("user"), VirtType::qemu);
}

TEST_F(KnownBeforeReplacing, MoreCpusThanAMachineTakesInPlace) {
  expect_refused({.cpus = CpuCount::of(300)}, std::nullopt, VirtType::qemu);
}

TEST_F(KnownBeforeReplacing, DefaultsCountToo) {
  world.facts.offers_kvm = false;
  auto wanted = request_for(webs(3));
  wanted.virt_type.reset();
  GroupRequest group{.group = wanted.vms.front().group, .wanted = wanted};
  group.defaults.virt_type = VirtType::kvm;
  expect_unavailable([&] { plan_group(me.context(), group); });
}

TEST_F(KnownBefore, AlsoByADryRun) {
  auto request = on("nat,nat=missing");
  request.effect = InstantiateRequest::Effect::dry_run;
  EXPECT_EQ(refused(request).kind(), ErrorKind::not_found);
}

TEST_F(KnownBefore, NothingIsAskedOfWhatIsThere) {
  auto request = on("nat");
  instantiate_all(me.context(), request);
  world.free_bytes = 0;
  instantiate_all(me.context(), request);
  EXPECT_EQ(me.hypervisor.count_of("find_interface"), 0U);
}

TEST_F(KnownBefore, NoVmGivesWayToOneThatCannotBeMade) {
  instantiate_all(me.context(), request_for(webs(1)));
  auto wanted = request_for(webs(1));
  wanted.networks = NetworkList::parse("bridge=br-none");
  const GroupRequest request{.group = wanted.vms.front().group, .wanted = wanted, .misfit = Misfit::recreate};
  EXPECT_EQ(refusal_of([&] { plan_group(me.context(), request); }).kind(), ErrorKind::not_found);
}

TEST_F(KnownBefore, AFullDiskAtASnapshot) {
  instantiate_all(me.context(), request_for(webs(1)));
  const SnapshotSubject web00{.vm = VmName::parse("web00")};
  world.free_bytes = std::uint64_t{1} << 20U;
  EXPECT_EQ(refusal_of([&] { take_snapshot(me.context(), web00, std::nullopt); }).kind(),
            ErrorKind::unavailable);
  EXPECT_THAT(list_snapshots(me.context(), web00), IsEmpty());
  world.free_bytes = std::uint64_t{100} << 20U;
  take_snapshot(me.context(), web00, std::nullopt);
  EXPECT_THAT(me.reporter.warnings(),
              ElementsAre(HasSubstr("has 100 MB left; the snapshot may need 1024 MB")));
}

}  // namespace
}  // namespace nocloud::test
