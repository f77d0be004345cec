// Whatever changes a VM waits for the run that holds it.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/converge/change_vm.hpp"
#include "nocloud/ops/converge/ensure_vm.hpp"
#include "nocloud/ops/run/group_run.hpp"
#include "nocloud/ops/template/adjust.hpp"
#include "nocloud/ops/template/make_template.hpp"
#include "nocloud/ops/template/template_from_vm.hpp"
#include "nocloud/ops/vm/boot_own.hpp"
#include "nocloud/ops/vm/connect.hpp"
#include "nocloud/ops/vm/consolidate.hpp"
#include "nocloud/ops/vm/make_vm.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/snapshots.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

class HeldLocks : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    auto request = request_for(webs(1));
    request.start = std::nullopt;
    instantiate_all(me.context(), request);
    world.domain("web00").snapshots.push_back(
        {.snapshot = {.name = "before"}, .vm = *world.domain("web00").vm, .state = VmState::stopped});
  }
  /// Each is told at once that it waits, since its caller has pressed ^C.
  void expect_waits(std::string_view what, const std::function<void(const Context&)>& act) {
    const auto holder = another();
    const auto lock = holder.context().locks.acquire(subject, {});
    const auto before = snapshot_of(world);
    const auto error = refusal_of([&] { act(me.interrupted()); });
    EXPECT_EQ(error.kind(), ErrorKind::interrupted) << what;
    EXPECT_THAT(error.message(), HasSubstr("while waiting for process")) << what;
    EXPECT_EQ(snapshot_of(world), before) << what;
  }
  static void throw_error_of(const std::optional<Error>& error) {
    if (error) throw Error(*error);
  }

  std::string subject = "web00";
  const VmName web00 = VmName::parse("web00");
  const SnapshotSubject of_web00{.vm = web00};
};

TEST_F(HeldLocks, OfAVmAreWaitedForByItsSnapshots) {
  expect_waits("taking", [&](const Context& context) { take_snapshot(context, of_web00, std::nullopt); });
  expect_waits("going back", [&](const Context& context) { revert(context, of_web00, std::nullopt); });
  expect_waits("deleting", [&](const Context& context) { delete_snapshot(context, of_web00, "before"); });
}

TEST_F(HeldLocks, OfAVmAreWaitedForByItsChanges) {
  expect_waits("change", [&](const Context& context) {
    change_vm(context, described("web00", {.cpus = CpuCount::of(3)}));
  });
  expect_waits("adjustment",
               [&](const Context& context) { adjust_vm(context, web00, {}, {.cpus = CpuCount::of(3)}); });
  expect_waits("boot of its own", [&](const Context& context) { boot_own(context, web00, {}); });
  expect_waits("consolidation", [&](const Context& context) { consolidate(context, web00, {}); });
  expect_waits("template", [&](const Context& context) {
    template_from_vm(context, {.vm = web00, .name = TemplateName::parse("layer")});
  });
}

TEST_F(HeldLocks, OfAVmAreWaitedForByItsStart) {
  expect_waits("connection", [&](const Context& context) { connect(context, {.name = web00}); });
  expect_waits("run", [&](const Context& context) {
    throw_error_of(restart(context, vms_to_stop(context, {})).at(0).error);
  });
  const EnsureRequest started{.name = web00, .state = EnsureRequest::State::started};
  const auto plan = plan_ensure(me.context(), started);
  expect_waits("module", [&](const Context& context) {
    if (const auto error = ensure_vm(context, started, plan).error) throw Error(*error);
  });
}

TEST_F(HeldLocks, OfAVmAreWaitedForByItsStopAndRemoval) {
  expect_waits("removal", [&](const Context& context) {
    throw_error_of(remove(context, vms_to_stop(context, {})).at(0).error);
  });
  world.domain("web00").state = VmState::running;
  expect_waits("stop", [&](const Context& context) {
    throw_error_of(stop(context, {}, vms_to_stop(context, {})).at(0).error);
  });
  expect_waits("power off",
               [&](const Context& context) { power_off(context, web00, std::chrono::seconds(1)); });
}

TEST_F(HeldLocks, OfAGroupAreWaitedForByWhatAddsToIt) {
  subject = "group.pftest";
  const InstantiateRequest further{.further = FurtherVms{.group = GroupName::parse("pftest"),
                                                         .type = TypeName::parse("web"),
                                                         .template_name = debian12().name}};
  expect_waits("addition", [&](const Context& context) { instantiate(context, further); });
}

TEST_F(HeldLocks, OfATemplateAreWaitedFor) {
  subject = "debian12.template";
  const auto name = debian12().name;
  expect_waits("adjustment",
               [&](const Context& context) { adjust_template(context, name, {.cpus = CpuCount::of(3)}); });
  expect_waits("removal", [&](const Context& context) { delete_template(context, name); });
}

TEST_F(HeldLocks, OfTheUseOfImagesAreWaitedForByAllWhoUseOrRemoveThem) {
  subject = "use=images";
  const auto source = me.hypervisor.find_template(debian12().name).value();
  expect_waits("VM", [&](const Context& context) {
    const VmRecipe recipe{.networks = NetworkList::parse("user"), .virt_type = VirtType::qemu};
    AddressBooks books;
    VmMaker(context, recipe, books).make(described("web01"), source);
  });
  expect_waits("template", [&](const Context& context) {
    auto wanted = source;
    wanted.cpus = CpuCount::of(3);
    put_template(context, wanted, source, {}, MakeTemplateRequest::Effect::real);
  });
  expect_waits("removal of images", [&](const Context& context) { remove_unused_images(context); });
  remove_everything(me.context());
  expect_waits("removal of a template",
               [&](const Context& context) { delete_template(context, source.name); });
}

}  // namespace
}  // namespace nocloud::test
