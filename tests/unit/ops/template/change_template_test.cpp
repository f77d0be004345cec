#include "nocloud/ops/template/change_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/template.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto shared_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0";

/// Of a template without cloud-init: the other kind is stripped by a program, which the end-to-end cases
/// have.
class ChangeTemplate : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    source().init = GuestInit::none;
    source().host_key = shared_key;
    source().memory = Memory::of_mib(777);
  }

  Template& source() { return *world.domain("debian12.template").source; }
  ChangeTemplateRequest request() const { return {.name = debian12().name, .virt_type = VirtType::qemu}; }
  void write(const std::string& text) { world.volumes.at(overlay_of(vm)).content += text; }

  const VmName vm = VmName::parse("debian12");
};

TEST_F(ChangeTemplate, HappensInAVmOfItsOwn) {
  const TemplateInChange change(me.context(), request());
  EXPECT_THAT(vm_names(world), ElementsAre("debian12"));
  EXPECT_EQ(change.vm().vm.group, templates_group());
  EXPECT_EQ(change.vm().vm.base, base_image());
  EXPECT_EQ(template_in_change(change.vm().vm), debian12().name);
  EXPECT_EQ(source().base, base_image());
}

TEST_F(ChangeTemplate, WhatIsKeptIsANewImage) {
  instantiate_all(me.context(), request_for(webs(1)));
  TemplateInChange change(me.context(), request());
  write("changed");
  EXPECT_EQ(change.keep(60s), TemplateChange::updated);
  EXPECT_NE(source().base, base_image());
  EXPECT_THAT(world.volumes.at(source().base).content, HasSubstr("changed"));
  EXPECT_EQ(source().memory, Memory::of_mib(777));
  EXPECT_EQ(source().host_key, shared_key);
  EXPECT_THAT(vm_names(world), ElementsAre("web00"));
  EXPECT_EQ(world.domain("web00").vm->base, base_image()) << "VMs keep the image that they are on";
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(ChangeTemplate, WhatWasLeftIsGoneOnWith) {
  {
    const TemplateInChange left(me.context(), request());
    write("begun");
  }
  world.domain("debian12").state = VmState::stopped;
  TemplateInChange change(me.context(), request());
  EXPECT_EQ(change.vm().vm.state, VmState::running);
  change.keep(60s);
  EXPECT_THAT(world.volumes.at(source().base).content, HasSubstr("begun"));
}

TEST_F(ChangeTemplate, IsOnesOwnAndOneAtATime) {
  const TemplateInChange change(me.context(), request());
  const auto second = another();
  EXPECT_THAT(refusal_of([&] { TemplateInChange(second.context(), request()); }).message(),
              HasSubstr("being changed"));
  const auto theirs = another(bob);
  EXPECT_THAT(refusal_of([&] { TemplateInChange(theirs.context(), request()); }).message(),
              HasSubstr("eva@here"));
  auto missing = request();
  missing.name = TemplateName::parse("nosuch");
  EXPECT_EQ(refusal_of([&] { TemplateInChange(me.context(), missing); }).kind(), ErrorKind::not_found);
}

TEST_F(ChangeTemplate, AGuestThatStaysUpLosesNothing) {
  TemplateInChange change(me.context(), request());
  world.guests_obey = false;
  EXPECT_EQ(refusal_of([&] { change.keep(60s); }).kind(), ErrorKind::timed_out);
  EXPECT_EQ(world.domain("debian12").state, VmState::running);
  EXPECT_EQ(source().base, base_image());
}

TEST_F(ChangeTemplate, ManyLayersBecomeOneImage) {
  for (int i = 0; i < 7; ++i) {
    TemplateInChange change(me.context(), request());
    write(std::string(1, static_cast<char>('a' + i)));
    change.keep(60s);
    EXPECT_NE(world.volumes.at(source().base).base, std::nullopt);
  }
  // The images of these tests can't be read by qemu-img, which is what makes one of them.
  TemplateInChange change(me.context(), request());
  EXPECT_THAT(refusal_of([&] { change.keep(60s); }).message(), HasSubstr("qemu-img"));
}

TEST_F(ChangeTemplate, AVmOfAnotherGroupHasTheName) {
  auto other = described("debian12");
  instantiate_all(me.context(), request_for({other}));
  EXPECT_EQ(refusal_of([&] { TemplateInChange(me.context(), request()); }).kind(), ErrorKind::conflict);
}

}  // namespace
}  // namespace nocloud::test
