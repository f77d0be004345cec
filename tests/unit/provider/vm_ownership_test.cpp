#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/vm/stop.hpp"
#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::has_errors;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string owned_type = "nocloud_vm";

/// Which VM of a name is a resource's own.
class VmOwnership : public testing::Test, protected Stage {
 protected:
  static Value web00(const Value& more = Value::object()) {
    Value given{{"name", "web00"}, {"template", "debian12"}};
    given.update(more);
    return given;
  }
  /// Whether another process, which is killed at its n-th call of the host, comes to that.
  bool dies_applying(const Value& given, std::size_t call, FakeHypervisor::Moment moment) {
    auto victim = another();
    victim.hypervisor.crash_at(call, moment);
    terraform::Provider process(connector(victim.context()), victim.reporter);
    process.configure(process.schema().nothing());
    try {
      const auto planned = process.plan(owned_type, nullptr, config(owned_type, given)).planned;
      process.apply(owned_type, nullptr, planned);
      return false;
    } catch (const Crashed&) {
      return true;
    }
  }
};

TEST_F(VmOwnership, WhatAKilledApplyLeftIsTakenOver) {
  const auto made = apply(owned_type, nullptr, web00()).state;
  killed();
  EXPECT_EQ(apply(owned_type, nullptr, web00()).state, made) << "whole, and not in the state";
  killed();
  EXPECT_EQ(apply(owned_type, nullptr, web00()).state, made) << "twice";

  killed();
  EXPECT_THAT(errors_of(apply(owned_type, nullptr, web00({{"group", "other"}})).diagnostics),
              HasSubstr("group"))
      << "it is not as described";
  world.domain("web00").vm->complete = false;
  killed();
  EXPECT_NE(applied(owned_type, nullptr, web00())["uuid"], made["uuid"]) << "in pieces, and not in the state";
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(VmOwnership, AKilledApplyIsRunAgainWhereverItWasKilled) {
  for (const auto moment : {FakeHypervisor::Moment::before_effect, FakeHypervisor::Moment::after_effect}) {
    std::size_t call = 1;
    while (dies_applying(web00(), call, moment)) {
      applied(owned_type, nullptr, web00());
      EXPECT_THAT(flaws(world), IsEmpty()) << call;
      remove_everything(me.context());
      EXPECT_THAT(strays(world), IsEmpty()) << call;
      ++call;
    }
    EXPECT_GT(call, 10U);
    remove_everything(me.context());
  }
}

TEST_F(VmOwnership, WhatIsInTheStateIsConfirmed) {
  const auto state = apply(owned_type, nullptr, web00()).state;
  EXPECT_NE(world.domain("web00").vm->unconfirmed, "");
  next_command();
  EXPECT_EQ(world.domain("web00").vm->unconfirmed, "") << "by an orderly end";
  remove_everything(me.context());

  const auto again = apply(owned_type, nullptr, web00()).state;
  killed();
  later();
  provider.read(owned_type, again);
  EXPECT_EQ(world.domain("web00").vm->unconfirmed, "") << "by a refresh";
}

TEST_F(VmOwnership, AnotherProcessThatStillRunsKeepsWhatItMakes) {
  apply(owned_type, nullptr, web00());
  terraform::Provider second(connector(me.context()), me.reporter);
  second.configure(second.schema().nothing());
  const auto planned = second.plan(owned_type, nullptr, config(owned_type, web00()));
  EXPECT_THAT(errors_of(planned.diagnostics), HasSubstr("is being made by another"));
  EXPECT_THAT(errors_of(second.apply(owned_type, nullptr, planned.planned).diagnostics),
              HasSubstr("is being made by another"));
}

TEST_F(VmOwnership, ARecordCanNotNameAFileOfTheHosts) {
  applied(owned_type, nullptr, web00());
  world.domain("web00").vm->unconfirmed = "../../../../etc/passwd";
  killed();
  EXPECT_TRUE(has_errors(plan(owned_type, nullptr, web00()).diagnostics));
}

TEST_F(VmOwnership, WhatSomethingElseMadeIsAConflictAlreadyInThePlan) {
  instantiate_all(me.context(), request_for({described("web00")}));
  const auto uuid = world.domain("web00").uuid;
  for (const auto& given : {web00(), web00({{"group", "pftest"}, {"type", "web"}})}) {
    const auto planned = plan(owned_type, nullptr, given);
    EXPECT_THAT(errors_of(planned.diagnostics), HasSubstr("there is a VM 'web00' already")) << given;
    const auto done = provider.apply(owned_type, nullptr, planned.planned);
    EXPECT_THAT(errors_of(done.diagnostics), HasSubstr("there is a VM 'web00' already"));
    EXPECT_TRUE(done.state.is_null()) << "tainted, the next apply would remove it";
    EXPECT_EQ(world.domain("web00").uuid, uuid);
  }
  world.domains["db00"] = {.uuid = "theirs"};
  EXPECT_THAT(errors_of(plan(owned_type, nullptr, web00({{"name", "db00"}})).diagnostics),
              HasSubstr("nocloud did not make"));
  EXPECT_THAT(
      errors_of(plan_beside(owned_type, nullptr, web00({{"name", "db00"}}), R"(["", "theirs"])").diagnostics),
      HasSubstr("nocloud did not make"));
}

TEST_F(VmOwnership, AConflictOfNamesSaysWhatEndsIt) {
  instantiate_all(me.context(), request_for({described("web00")}));
  const auto refused = [&] { return plan(owned_type, nullptr, web00()).diagnostics.front(); };
  EXPECT_THAT(refused().detail, HasSubstr("`terraform import ADDRESS web00`"));
  EXPECT_THAT(refused().detail, HasSubstr("`terraform destroy -refresh=false`"));
  world.domain("web00").vm->owner = bob;
  EXPECT_THAT(refused().summary, HasSubstr("belongs to bob@here, and you are eva@here"));
  EXPECT_THAT(refused().detail, Not(HasSubstr("import")));
}

TEST_F(VmOwnership, AGroupOfAnotherOwnerIsToldInThePlan) {
  instantiate_all(me.context(), request_for({described("db00"), described("db01")}));
  const auto given = web00({{"group", world.domain("db00").vm->group.str()}});
  EXPECT_EQ(errors_of(plan(owned_type, nullptr, given).diagnostics), "");
  world.domain("db00").vm->owner = bob;
  world.domain("db01").vm->owner = bob;
  later();
  EXPECT_THAT(errors_of(plan(owned_type, nullptr, given).diagnostics),
              HasSubstr("belongs to bob@here, and you are eva@here"));
  world.domain("db01").vm->owner = eva;
  later();
  EXPECT_EQ(errors_of(plan(owned_type, nullptr, given).diagnostics), "") << "it is shared";
}

TEST_F(VmOwnership, WhatIsMadeSinceThePlanIsAConflict) {
  const auto planned = plan(owned_type, nullptr, web00()).planned;
  instantiate_all(me.context(), request_for({described("web00")}));
  EXPECT_THAT(errors_of(provider.apply(owned_type, nullptr, planned).diagnostics), HasSubstr("already"));
}

TEST_F(VmOwnership, AnUnknownTemplateIsToldInThePlan) {
  const auto given = web00({{"template", "nosuch"}});
  EXPECT_THAT(errors_of(plan(owned_type, nullptr, given).diagnostics), HasSubstr("no template 'nosuch'"));
  provider.begin_walk();
  plan_beside("nocloud_template", nullptr, {{"name", "nosuch"}, {"import", "disk.qcow2"}});
  EXPECT_EQ(errors_of(plan_beside(owned_type, nullptr, given).diagnostics), "") << "the same plan makes it";
}

TEST_F(VmOwnership, TwoResourcesCanNotHaveOneName) {
  provider.begin_walk();
  const auto first = plan_beside(owned_type, nullptr, web00());
  EXPECT_THAT(errors_of(plan_beside(owned_type, nullptr, web00()).diagnostics),
              HasSubstr("two resources would make VM 'web00'"));
  const auto made = provider.apply(owned_type, nullptr, first.planned);
  EXPECT_THAT(errors_of(provider.apply(owned_type, nullptr, first.planned).diagnostics),
              HasSubstr("another resource"));
  EXPECT_EQ(world.domain("web00").uuid, made.state["uuid"].get<std::string>());
}

TEST_F(VmOwnership, OneThatIsInTheStateIsNoOtherResources) {
  const auto state = applied(owned_type, nullptr, web00());
  for (const bool first : {true, false}) {
    next_command();
    provider.read(owned_type, state);
    std::string told;
    const auto kept = [&] { plan_beside(owned_type, state, web00()); };
    const auto made = [&] { told += errors_of(plan_beside(owned_type, nullptr, web00()).diagnostics); };
    try {
      first ? kept() : made();
      first ? made() : kept();
    } catch (const Error& error) {
      told += error.message();
    }
    EXPECT_THAT(told, HasSubstr("belongs to another resource of this state"));
  }
  next_command();
  plan_beside(owned_type, state, web00());
  EXPECT_EQ(refusal_of([&] { provider.plan(owned_type, state, nullptr); }).kind(), ErrorKind::conflict)
      << "imported twice, then taken out of the configuration once";
  next_command();
  for (int twice = 0; twice < 2; ++twice) provider.plan(owned_type, state, nullptr);
}

TEST_F(VmOwnership, OneThatIsTaintedIsPlannedAnewOnce) {
  const auto state = applied(owned_type, nullptr, web00());
  next_command();
  provider.upgrade(owned_type, state.dump());
  const auto planned = plan_beside(owned_type, nullptr, web00());
  EXPECT_EQ(errors_of(planned.diagnostics), "");
  EXPECT_EQ(errors_of(provider.apply(owned_type, state, nullptr).diagnostics), "");
  const auto made = provider.apply(owned_type, nullptr, planned.planned);
  EXPECT_EQ(errors_of(made.diagnostics), "");
  EXPECT_NE(made.state["uuid"], state["uuid"]);
}

TEST_F(VmOwnership, ItIsNotCreatedBeforeItIsDestroyed) {
  const auto state = applied(owned_type, nullptr, web00());
  next_command();
  provider.upgrade(owned_type, state.dump());
  const auto planned = plan_beside(owned_type, nullptr, web00()).planned;
  next_command();
  EXPECT_EQ(errors_of(plan_beside(owned_type, nullptr, web00()).diagnostics), "")
      << "an apply plans again, and an error there makes Terraform forget the old one";
  const auto refused = provider.apply(owned_type, nullptr, planned);
  EXPECT_THAT(errors_of(refused.diagnostics), HasSubstr("before the old one is destroyed"));
  EXPECT_THAT(refused.diagnostics.front().detail, HasSubstr("create_before_destroy"));
  EXPECT_TRUE(refused.state.is_null());
  EXPECT_EQ(world.domain("web00").uuid, state["uuid"].get<std::string>());
  EXPECT_TRUE(has_errors(plan(owned_type, nullptr, web00()).diagnostics)) << "the note is gone";
}

TEST_F(VmOwnership, ARenamedVmIsNeitherGoneNorDestroyed) {
  const auto state = applied(owned_type, nullptr, web00());
  world.rename("web00", "other");
  next_command();
  const auto told = HasSubstr("'other' was renamed: it is the VM 'web00'");
  EXPECT_THAT(refusal_of([&] { provider.read(owned_type, state); }).message(), told);
  const auto destroyed = provider.apply(owned_type, state, nullptr);
  EXPECT_THAT(errors_of(destroyed.diagnostics), told);
  EXPECT_EQ(destroyed.state, state) << "it stays in the state";
  world.domains["web00"] = world.domains.at("other");
  world.domains["web00"].unreadable.clear();
  world.domains["web00"].uuid = "another";
  next_command();
  EXPECT_THAT(refusal_of([&] { provider.read(owned_type, state); }).message(), told)
      << "what has its name since is another";
  world.domains.erase("web00");
  world.rename("other", "web00");
  next_command();
  EXPECT_EQ(provider.read(owned_type, state).state, state);
}

TEST_F(VmOwnership, TheTimeoutIsThatOfLocksToo) {
  const auto state = applied(owned_type, nullptr, web00({{"timeout", 1}}));
  const auto planned = plan(owned_type, state, web00({{"timeout", 1}, {"memory", 2048}})).planned;
  const auto held = me.context().locks.acquire("web00", {});
  const auto told = HasSubstr("within 1 s");
  EXPECT_THAT(errors_of(provider.apply(owned_type, state, planned).diagnostics), told);
  EXPECT_THAT(errors_of(provider.apply(owned_type, state, nullptr).diagnostics), told);
}

TEST_F(VmOwnership, OnlyTheOneInTheStateIsRemoved) {
  const auto state = applied(owned_type, nullptr, web00());
  remove_everything(me.context());
  instantiate_all(me.context(), request_for({described("web00")}));
  next_command();
  EXPECT_TRUE(provider.read(owned_type, state).state.is_null());
  EXPECT_EQ(errors_of(provider.apply(owned_type, state, nullptr).diagnostics), "");
  EXPECT_THAT(vm_names(world), ElementsAre("web00"));
  auto planned = state;
  planned["memory"] = 2048;
  EXPECT_THAT(errors_of(provider.apply(owned_type, state, planned).diagnostics), HasSubstr("already"));
  EXPECT_NE(world.domain("web00").vm->memory.mib(), 2048U);
  EXPECT_THAT(errors_of(plan(owned_type, nullptr, web00()).diagnostics), HasSubstr("already"))
      << "its name is taken";
}

}  // namespace
}  // namespace nocloud::test
