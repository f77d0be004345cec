// What can be known before anything is made is known then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/ensure_group.hpp"
#include "nocloud/ops/networks.hpp"
#include "nocloud/ops/snapshots.hpp"
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
  EXPECT_EQ(me.hypervisor.count_of("lacks_bridge"), 0U);
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
