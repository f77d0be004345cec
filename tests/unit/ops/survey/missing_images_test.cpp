#include "nocloud/ops/survey/missing_images.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/converge/ensure_group.hpp"
#include "nocloud/ops/template/prune.hpp"
#include "nocloud/ops/template/template_from_vm.hpp"
#include "nocloud/ops/template/template_source.hpp"
#include "nocloud/ops/vm/snapshots.hpp"
#include "unit/ops/ensuring.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A host with the template debian12, the VM web00 of it, and `web`, which is a layer over it.
class MissingFiles : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    instantiate_all(me.context(), request_for(webs(1)));
    power_off();
    template_from_vm(me.context(), {.vm = web00, .name = layered});
    instantiate_all(me.context(), request_for(webs(1)));
  }

  void power_off() { world.domain("web00").state = VmState::stopped; }
  /// As `rm` does it.
  void remove_file(const VolumeName& volume) { ASSERT_EQ(world.volumes.erase(volume), 1U) << volume.str(); }
  const Template& source(const std::string& name) { return *world.domain(name + ".template").source; }
  std::vector<VolumeName> missing(const std::string& name) {
    return MissingImages(me.hypervisor).of(source(name));
  }
  static InstantiateRequest another_of(std::string_view name) {
    auto wanted = described("web01");
    wanted.template_name = TemplateName::parse(name);
    return request_for({wanted});
  }

  const TemplateName layered = TemplateName::parse("web");
};

TEST_F(MissingFiles, AreFoundAtAnyDepth) {
  EXPECT_THAT(missing("debian12"), IsEmpty());
  EXPECT_THAT(missing("web"), IsEmpty());
  remove_file(base_image());
  EXPECT_THAT(missing("debian12"), ElementsAre(base_image()));
  EXPECT_THAT(missing("web"), ElementsAre(base_image())) << "it lies below";
}

TEST_F(MissingFiles, OneThatWasPutBackIsThere) {
  auto file = world.volumes.extract(base_image());
  world.unseen.insert(std::move(file));
  EXPECT_THAT(missing("debian12"), IsEmpty());
}

TEST_F(MissingFiles, RefuseAVmBeforeAnythingIsMade) {
  remove_file(base_image());
  me.hypervisor.refresh_volumes();
  const auto before = snapshot_of(world);
  for (const auto* name : {"debian12", "web"}) {
    for (const auto effect : {InstantiateRequest::Effect::dry_run, InstantiateRequest::Effect::real}) {
      auto request = another_of(name);
      request.effect = effect;
      const auto error = refusal_of([&] { instantiate(me.context(), request); });
      EXPECT_EQ(error.kind(), ErrorKind::not_found);
      EXPECT_THAT(error.message(), AllOf(HasSubstr(fmt::format("template '{}' is broken", name)),
                                         HasSubstr(base_image().str())));
      EXPECT_THAT(error.hint(), HasSubstr(fmt::format("-n {}", name)));
    }
  }
  EXPECT_EQ(snapshot_of(world), before);
  EXPECT_EQ(instantiate_all(me.context(), request_for(webs(1))).front().change, Change::none)
      << "those that are there need no template";
}

TEST_F(MissingFiles, TellHowToDownloadThemAgain) {
  auto& debian = *world.domain("debian12.template").source;
  debian.origin =
      ImageOrigin{.url = "https://e/a?b&c", .checksum = Checksum::parse("sha256:" + std::string(64, 'b'))};
  remove_file(base_image());
  EXPECT_THAT(broken_template(debian, missing("debian12")).hint(),
              HasSubstr("vmtemplate --import 'https://e/a?b&c' --checksum sha256:" + std::string(64, 'b') +
                        " --user debian -n debian12"));
}

TEST_F(MissingFiles, KeepAVmFromStartingWithAReason) {
  power_off();
  remove_file(base_image());
  const auto results = instantiate(me.context(), request_for(webs(1)));
  ASSERT_TRUE(results.front().error);
  EXPECT_THAT(results.front().error->message(),
              AllOf(HasSubstr("VM 'web00' is broken"), HasSubstr(base_image().str())));
  EXPECT_THAT(results.front().error->hint(), AllOf(HasSubstr("-n debian12"), HasSubstr("vmstop -d web00")));
  world.domain("debian12.template").source->base = base_image('b');
  world.volumes[base_image('b')] = {.content = "newer"};
  EXPECT_THAT(lost_files(me.hypervisor, *me.hypervisor.find_vm(web00))->hint(), HasSubstr("--import FILE"))
      << "its template has moved on";
}

TEST_F(MissingFiles, OfAVmItselfAreTold) {
  power_off();
  remove_file(overlay_of(web00));
  const auto results = instantiate(me.context(), request_for(webs(1)));
  ASSERT_TRUE(results.front().error);
  EXPECT_THAT(results.front().error->message(), HasSubstr("its own web00.qcow2 is gone"));
  EXPECT_THAT(results.front().error->hint(), HasSubstr("vmstop -d web00"));
}

TEST_F(MissingFiles, LeaveARunningVmRunning) {
  take_snapshot(me.context(), {.vm = web00}, SnapshotName::parse("one"));
  remove_file(base_image());
  auto restart = request_to(State::restarted);
  EXPECT_THAT(refusal_of([&] { plan_ensure(me.context(), restart); }).message(),
              HasSubstr("'web00' is broken"));
  auto recreation = request_to(State::present);
  recreation.virt_type = VirtType::kvm;
  recreation.misfit = Misfit::recreate;
  EXPECT_THAT(refusal_of([&] { plan_ensure(me.context(), recreation); }).message(),
              HasSubstr("'debian12' is broken"));
  GroupRequest group{.group = GroupName::parse("pftest"), .wanted = request_for(webs(1))};
  group.wanted.virt_type = VirtType::kvm;
  group.misfit = Misfit::recreate;
  EXPECT_THAT(refusal_of([&] { plan_group(me.context(), group); }).message(),
              HasSubstr("'debian12' is broken"));
  EXPECT_THAT(refusal_of([&] { revert(me.context(), {.vm = web00}, std::nullopt); }).message(),
              HasSubstr("'web00' is broken"));
  EXPECT_EQ(me.hypervisor.count_of("revert_to_snapshot"), 0U);
  EXPECT_EQ(world.domain("web00").state, VmState::running);
}

TEST_F(MissingFiles, AreNoTemplatesSource) {
  power_off();
  remove_file(base_image());
  me.hypervisor.refresh_volumes();
  const auto before = snapshot_of(world);
  EXPECT_THAT(refusal_of([&] {
                template_from_vm(me.context(), {.vm = web00, .name = TemplateName::parse("other")});
              }).message(),
              HasSubstr("'web00' is broken"));
  EXPECT_EQ(snapshot_of(world), before);
}

TEST_F(MissingFiles, MakeATemplateNoneThatIsKept) {
  EXPECT_TRUE(keeps_present(me.context(), layered, IfPresent::keep));
  remove_file(base_image());
  EXPECT_FALSE(keeps_present(me.context(), layered, IfPresent::keep));
}

TEST_F(MissingFiles, OfALayerAreMadeAgainFromItsVm) {
  power_off();
  remove_file(source("web").base);
  EXPECT_EQ(template_from_vm(me.context(), {.vm = web00, .name = layered}), TemplateChange::repaired);
  EXPECT_THAT(missing("web"), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(MissingFiles, KeepWhatTheyMayHaveLainOver) {
  const auto layer = source("web").base;
  power_off();
  remove_everything(me.context());
  remove_file(layer);
  delete_template(me.context(), debian12().name);
  prune(me.context());
  EXPECT_TRUE(world.volumes.contains(base_image())) << "whoever puts the layer back needs it";
  EXPECT_THAT(me.reporter.warnings(),
              testing::Contains(HasSubstr("unused images were kept: template 'web'")));
  delete_template(me.context(), layered);
  EXPECT_THAT(world.volumes, IsEmpty());
}

}  // namespace
}  // namespace nocloud::test
