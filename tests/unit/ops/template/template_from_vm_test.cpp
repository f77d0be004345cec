#include "nocloud/ops/template/template_from_vm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/image/store/image_store.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class TemplateFromVm : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    instantiate_all(me.context(), request_for(webs(1)));
    world.domain("web00").state = VmState::stopped;
    write("first boot");
  }

  /// What the guest has on its disk from now on.
  void write(const std::string& text) { world.volumes.at(overlay_of(web00)).content += text; }
  TemplateFromVmRequest request(std::string_view name = "web") const {
    return {.vm = web00, .name = TemplateName::parse(name)};
  }
  TemplateChange make(const TemplateFromVmRequest& wanted) { return template_from_vm(me.context(), wanted); }
  const Template& made(const std::string& name = "web") { return *world.domain(name + ".template").source; }
  std::string content_of(const VolumeName& volume) { return world.volumes.at(volume).content; }

  const VmName web00 = VmName::parse("web00");
};

TEST_F(TemplateFromVm, IsALayerOverTheVmsBase) {
  EXPECT_EQ(make(request()), TemplateChange::created);
  EXPECT_TRUE(made().complete);
  EXPECT_TRUE(is_image_volume(made().base));
  EXPECT_EQ(content_of(made().base), content_of(overlay_of(web00)));
  EXPECT_EQ(world.volumes.at(made().base).base, base_image());
  EXPECT_EQ(world.volumes.at(made().base).access, NewVolume::Access::owner_only);
  EXPECT_EQ(made().boot, debian12().boot);
  EXPECT_EQ(made().host_key, "");
  EXPECT_EQ(world.domain("web00").state, VmState::stopped);
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(TemplateFromVm, RefusesAVmWithDisksOfOthers) {
  world.domain("web00").volumes.insert(VolumeName::parse("web00.s1"));
  EXPECT_EQ(refusal_of([&] { make(request()); }).kind(), ErrorKind::conflict);
  EXPECT_FALSE(world.domains.contains("web.template"));
  EXPECT_EQ(me.hypervisor.count_of("download"), 0U);
}

TEST_F(TemplateFromVm, ItsVmsHaveWhatTheVmHas) {
  make(request());
  world.domain("web00").state = VmState::running;
  auto clone = described("clone00");
  clone.template_name = made().name;
  instantiate_all(me.context(), request_for({clone}));
  EXPECT_EQ(world.volumes.at(overlay_of(clone.name)).base, made().base);
  EXPECT_EQ(world.domain("clone00").vm->memory, world.domain("web00").vm->memory);
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(TemplateFromVm, AskedTwiceItChangesNothing) {
  make(request());
  EXPECT_EQ(make(request()), TemplateChange::none);
  write("second boot");
  EXPECT_EQ(make(request()), TemplateChange::updated);
  EXPECT_THAT(content_of(made().base), HasSubstr("second boot"));
  EXPECT_THAT(strays(world), IsEmpty()) << "the older layer is gone";
}

TEST_F(TemplateFromVm, WhatLayersLieOverStays) {
  make(request());
  remove_everything(me.context());
  delete_template(me.context(), debian12().name);
  EXPECT_TRUE(world.volumes.contains(base_image()));
  delete_template(me.context(), made().name);
  EXPECT_THAT(world.volumes, IsEmpty());
}

TEST_F(TemplateFromVm, LayersMayLieOverLayers) {
  make(request());
  const auto first = made().base;
  auto clone = described("web01");
  clone.template_name = made().name;
  instantiate_all(me.context(), request_for({clone}));
  world.domain("web01").state = VmState::stopped;
  auto next = request("next");
  next.vm = clone.name;
  make(next);
  EXPECT_EQ(world.volumes.at(made("next").base).base, first);
  remove_everything(me.context());
  delete_template(me.context(), made().name);
  delete_template(me.context(), debian12().name);
  EXPECT_TRUE(world.volumes.contains(first));
  EXPECT_TRUE(world.volumes.contains(base_image()));
}

TEST_F(TemplateFromVm, TheTemplateItCameFromMayBeReplaced) {
  EXPECT_EQ(make(request("debian12")), TemplateChange::updated);
  EXPECT_EQ(world.volumes.at(made("debian12").base).base, base_image());
  EXPECT_EQ(world.domain("web00").vm->base, base_image()) << "VMs keep what they are on";
  remove_everything(me.context());
  EXPECT_TRUE(world.volumes.contains(base_image()));
}

TEST_F(TemplateFromVm, IsRefusedWhileSomethingWritesOrKeepsMore) {
  world.domain("web00").state = VmState::running;
  EXPECT_THAT(refusal_of([&] { make(request()); }).hint(), HasSubstr("`vmstop web00`"));
  world.domain("web00").state = VmState::stopped;
  me.hypervisor.take_snapshot(web00, SnapshotName::parse("one"));
  EXPECT_THAT(refusal_of([&] { make(request()); }).message(), HasSubstr("has snapshots"));
  EXPECT_THAT(vm_names(world), Contains("web00"));
  EXPECT_FALSE(world.domains.contains("web.template"));
}

TEST_F(TemplateFromVm, ADiskThatIsOverSomethingElseIsRefused) {
  world.volumes.at(overlay_of(web00)).content = content_of(base_image());
  EXPECT_EQ(refusal_of([&] { make(request()); }).kind(), ErrorKind::invalid_input);
  world.domain("web00").vm->base = base_image('b');
  world.volumes[base_image('b')] = {.content = "another image"};
  me.hypervisor.delete_volume(overlay_of(web00));
  me.hypervisor.create_overlay(overlay_of(web00), base_image());
  EXPECT_THAT(refusal_of([&] { make(request()); }).message(), HasSubstr("not over"));
  EXPECT_FALSE(world.domains.contains("web.template"));
}

TEST_F(TemplateFromVm, AnothersTemplateIsAConflictBeforeAnythingIsCopied) {
  auto theirs = debian12();
  theirs.name = TemplateName::parse("web");
  theirs.owner = bob;
  me.hypervisor.define_template(theirs);
  EXPECT_EQ(refusal_of([&] { make(request()); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(me.hypervisor.count_of("download"), 0U);
}

TEST_F(TemplateFromVm, AnothersVmNeedsItsOwnersName) {
  auto bobs = another(bob);
  auto wanted = request();
  EXPECT_EQ(refusal_of([&] { template_from_vm(bobs.context(), wanted); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(bobs.hypervisor.count_of("download"), 0U);
  wanted.owner = OwnerFilter::parse("eva");
  EXPECT_EQ(template_from_vm(bobs.context(), wanted), TemplateChange::created);
  EXPECT_EQ(made().owner, bob);
}

TEST_F(TemplateFromVm, TheSharedHostKeyIsNotStripped) {
  world.domain("web00").vm->init = GuestInit::none;
  auto sealed = request();
  sealed.identity = TemplateFromVmRequest::Identity::strip;
  EXPECT_EQ(refusal_of([&] { make(sealed); }).kind(), ErrorKind::invalid_input);
  make(request());
  EXPECT_EQ(made().host_key, world.domain("web00").vm->host_key);
}

TEST_F(TemplateFromVm, SaysWhatItsVmsWillShareAndWhatIsLeftOut) {
  world.domain("web00").vm->disks = {DiskSize::of_gib(5)};
  make(request());
  EXPECT_THAT(me.reporter.warnings(), Contains(HasSubstr("machine-id")));
  EXPECT_THAT(me.reporter.warnings(), Contains(HasSubstr("only the first")));
}

TEST_F(TemplateFromVm, AKilledRunIsCompletedByTheNext) {
  for (const auto moment : {FakeHypervisor::Moment::before_effect, FakeHypervisor::Moment::after_effect}) {
    for (std::size_t call = 1;; ++call) {
      auto killed = another();
      killed.hypervisor.crash_at(call, moment);
      bool crashed = false;
      try {
        template_from_vm(killed.context(), request());
      } catch (const Crashed&) {
        crashed = true;
      }
      make(request());
      EXPECT_TRUE(made().complete);
      EXPECT_THAT(strays(world), IsEmpty());
      EXPECT_TRUE(world.volumes.contains(base_image()));
      if (!crashed) break;
      delete_template(me.context(), made().name);
    }
    delete_template(me.context(), made().name);
  }
}

}  // namespace
}  // namespace nocloud::test
