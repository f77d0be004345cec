#include "nocloud/ops/template/make_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/virt/domain_names.hpp"
#include "unit/ops/make_template_scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Moment = FakeHypervisor::Moment;
using MakeTemplate = MakeTemplateScene;

TEST_F(MakeTemplate, StoresWhatWasVerified) {
  EXPECT_EQ(make_template(me_.context(), request(), image()), TemplateChange::created);
  expect_whole(image());
  EXPECT_EQ(world_.volumes.at(image().disk.volume).content, "one");
  EXPECT_EQ(world_.volumes.at(image().disk.volume).access, NewVolume::Access::owner_only);
}

TEST_F(MakeTemplate, AskedTwiceItChangesNothing) {
  make_template(me_.context(), request(), image());
  EXPECT_EQ(make_template(me_.context(), request(), image()), TemplateChange::none);
  EXPECT_EQ(me_.hypervisor.count_of("upload"), 3U);
}

TEST_F(MakeTemplate, FilesThatAreGoneAreStoredAgain) {
  auto dry = request();
  dry.effect = MakeTemplateRequest::Effect::dry_run;
  make_template(me_.context(), request(), image());
  make_template(me_.context(), request("other"), image());
  const std::vector<VolumeName> files{image().disk.volume, image().kernel->kernel.volume,
                                      image().kernel->initrd.volume};
  for (std::size_t gone = 0; gone <= files.size(); ++gone) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (gone == i || gone == files.size()) world_.volumes.erase(files[i]);
    }
    EXPECT_EQ(make_template(me_.context(), dry, image()), TemplateChange::repaired) << gone;
    EXPECT_EQ(make_template(me_.context(), request(), image()), TemplateChange::repaired) << gone;
    expect_whole(image());
    EXPECT_EQ(make_template(me_.context(), request(), image()), TemplateChange::none) << gone;
  }
  world_.volumes.clear();
  EXPECT_EQ(make_template(me_.context(), request(), image("two")), TemplateChange::updated);
  expect_whole(image("two"));
}

TEST_F(MakeTemplate, ARepairThatFailsLeavesTheTemplateAsItWas) {
  make_template(me_.context(), request(), image());
  world_.volumes.erase(image().disk.volume);
  me_.hypervisor.fail_next("upload", {ErrorKind::failed, "no space left on device"});
  refusal_of([&] { make_template(me_.context(), request(), image()); });
  EXPECT_TRUE(made().complete);
  EXPECT_EQ(make_template(me_.context(), request(), image()), TemplateChange::repaired);
  expect_whole(image());
}

TEST_F(MakeTemplate, ADryRunForetellsAndDoesNothing) {
  auto dry = request();
  dry.effect = MakeTemplateRequest::Effect::dry_run;
  EXPECT_EQ(make_template(me_.context(), dry, image()), TemplateChange::created);
  EXPECT_THAT(world_.domains, IsEmpty());
  make_template(me_.context(), request(), image());
  EXPECT_EQ(make_template(me_.context(), dry, image()), TemplateChange::none);
  EXPECT_EQ(make_template(me_.context(), dry, image("two")), TemplateChange::updated);
  expect_whole(image());
}

TEST_F(MakeTemplate, AnotherImageReplacesTheOldOne) {
  make_template(me_.context(), request(), image());
  EXPECT_EQ(make_template(me_.context(), request(), image("two")), TemplateChange::updated);
  expect_whole(image("two"));
  EXPECT_EQ(world_.volumes.size(), 3U) << "nobody uses the old disk";
}

TEST_F(MakeTemplate, VmsKeepTheImageTheyAreOn) {
  make_template(me_.context(), request(), image());
  instantiate_all(me_.context(), request_for(webs(1)));
  make_template(me_.context(), request(), image("two"));
  EXPECT_TRUE(world_.volumes.contains(image().disk.volume));
  expect_whole(image("two"));
}

TEST_F(MakeTemplate, OneWhoseImageAnotherUserRemovesMeanwhileIsTakenBack) {
  for (const auto& gone :
       {image().disk.volume, image().kernel->kernel.volume, image().kernel->initrd.volume}) {
    me_.hypervisor.before_next("redefine_template", [&] { world_.volumes.erase(gone); });
    const auto error = refusal_of([&] { make_template(me_.context(), request(), image()); });
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_THAT(error.message(), HasSubstr("another user's run removed the image of template 'debian12'"));
    EXPECT_THAT(world_.domains, IsEmpty());
    EXPECT_THAT(strays(world_), IsEmpty());
  }
}

TEST_F(MakeTemplate, AnUpdateWhoseImageAnotherUserRemovesMeanwhileLeavesTheOldOne) {
  make_template(me_.context(), request(), image("old"));
  me_.hypervisor.before_next("redefine_template", [&] {
    me_.hypervisor.before_next("redefine_template", [&] { world_.volumes.erase(image().disk.volume); });
  });
  const auto error = refusal_of([&] { make_template(me_.context(), request(), image()); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  expect_whole(image("old"));
  EXPECT_EQ(make_template(me_.context(), request(), image()), TemplateChange::updated);
  expect_whole(image());
}

TEST_F(MakeTemplate, ASharedImageIsStoredOnceAndKept) {
  make_template(me_.context(), request(), image());
  make_template(me_.context(), request("other"), image());
  EXPECT_EQ(me_.hypervisor.count_of("upload"), 3U);
  delete_template(me_.context(), TemplateName::parse("other"));
  expect_whole(image());
}

TEST_F(MakeTemplate, ATruncatedImageOfAKilledRunIsReplaced) {
  world_.volumes[image().disk.volume] = {.content = "o"};
  make_template(me_.context(), request(), image());
  EXPECT_EQ(world_.volumes.at(image().disk.volume).content, "one");
}

TEST_F(MakeTemplate, AVmThatIsHalfMadeVouchesForNoImage) {
  make_template(me_.context(), request(), image());
  instantiate_all(me_.context(), request_for(webs(1)));
  made().complete = false;
  world_.domain("web00").vm->complete = false;
  world_.volumes.at(image().disk.volume).content = "o";
  make_template(me_.context(), request("other"), image());
  EXPECT_EQ(world_.volumes.at(image().disk.volume).content, "one");
}

TEST_F(MakeTemplate, WithoutRoomForItNothingIsChanged) {
  world_.free_bytes = 1;
  const auto error = refusal_of([&] { make_template(me_.context(), request(), image()); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.message(), HasSubstr("the image needs at least 1 MB"));
  EXPECT_THAT(world_.domains, IsEmpty());
  EXPECT_THAT(world_.volumes, IsEmpty());
}

TEST_F(MakeTemplate, AnothersTemplateIsAConflict) {
  make_template(me_.context(), request(), image());
  auto theirs = process(bob);
  const auto error = refusal_of([&] { make_template(theirs.context(), request(), image("two")); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("eva@here"));
  const auto refusal = refusal_of([&] { delete_template(theirs.context(), request().name); });
  EXPECT_EQ(refusal.kind(), ErrorKind::conflict);
  expect_whole(image());
}

TEST_F(MakeTemplate, WhatAnUpdateLeavesOpenStays) {
  auto first = request();
  first.memory = Memory::of_mib(2048);
  make_template(me_.context(), first, image());
  EXPECT_EQ(make_template(me_.context(), request(), image("two")), TemplateChange::updated);
  EXPECT_EQ(made().memory.mib(), 2048U);
  EXPECT_EQ(make_template(me_.context(), request(), image("two")), TemplateChange::none);
}

TEST_F(MakeTemplate, AFileThatChangedLeavesNothing) {
  const auto verified = image();
  write_file(verified.disk.path, "other", 0600);
  const auto error = refusal_of([&] { make_template(me_.context(), request(), verified); });
  EXPECT_THAT(error.message(), HasSubstr("changed after it was verified"));
  EXPECT_THAT(world_.domains, IsEmpty());
  EXPECT_THAT(world_.volumes, IsEmpty());
}

TEST_F(MakeTemplate, InterruptedItLeavesNothing) {
  const auto error = refusal_of([&] { make_template(me_.interrupted(), request(), image()); });
  EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  EXPECT_THAT(world_.domains, IsEmpty());
  EXPECT_THAT(world_.volumes, IsEmpty());
}

TEST_F(MakeTemplate, AFailedUpdateKeepsWhatWasThere) {
  make_template(me_.context(), request(), image());
  me_.hypervisor.fail_next("upload", {ErrorKind::failed, "no space left on device"});
  const auto error = refusal_of([&] { make_template(me_.context(), request(), image("two")); });
  EXPECT_THAT(error.message(), HasSubstr("no space left on device"));
  expect_whole(image());
  EXPECT_EQ(world_.volumes.size(), 3U);
}

TEST_F(MakeTemplate, KilledAtAnyCallItIsCompletedByTheNextRun) {
  for (const bool update : {false, true}) {
    for (const auto moment : {Moment::before_effect, Moment::after_effect}) {
      for (std::size_t call = 1;; ++call) {
        ASSERT_LT(call, 100U) << "it does not end";
        SCOPED_TRACE(call);
        world_.domains.clear();
        world_.volumes.clear();
        if (update) make_template(me_.context(), request(), image("old"));
        auto killed = process();
        killed.hypervisor.crash_at(call, moment);
        bool died = false;
        try {
          make_template(killed.context(), request(), image());
        } catch (const Crashed&) {
          died = true;
        }
        if (!died) break;
        if (update) expect_one_survives();
        make_template(process().context(), request(), image());
        expect_whole(image());
        delete_template(process().context(), request().name);
        EXPECT_THAT(world_.volumes, IsEmpty());
      }
    }
  }
}

TEST_F(MakeTemplate, WhatIsBeingStoredIsInUse) {
  make_template(me_.context(), request(), image());
  made().incoming = {image("two").disk.volume};
  world_.volumes[image("two").disk.volume].content = "t";
  remove_unused_images(process().context());
  EXPECT_TRUE(world_.volumes.contains(image("two").disk.volume));
  EXPECT_EQ(make_template(me_.context(), request(), image()), TemplateChange::none);
  EXPECT_THAT(made().incoming, IsEmpty());
  EXPECT_FALSE(world_.volumes.contains(image("two").disk.volume)) << "the next run sweeps it";
}

TEST_F(MakeTemplate, FailingAtAnyCallItLeavesWhatWasThereOrTheNew) {
  for (const bool update : {false, true}) {
    for (std::size_t call = 1;; ++call) {
      ASSERT_LT(call, 100U) << "it does not end";
      SCOPED_TRACE(call);
      world_.domains.clear();
      world_.volumes.clear();
      if (update) make_template(me_.context(), request(), image("old"));
      auto failing = process();
      failing.hypervisor.fail_at(call, {ErrorKind::failed, "injected"});
      try {
        make_template(failing.context(), request(), image());
      } catch (const Error& error) {
        EXPECT_THAT(error.message(), HasSubstr("injected"));
      }
      if (failing.hypervisor.calls().size() < call) break;
      EXPECT_EQ(world_.domains.size() == 1U && made().complete, update || !world_.domains.empty());
      make_template(process().context(), request(), image());
      expect_whole(image());
    }
  }
}

}  // namespace
}  // namespace nocloud::test
