// Whatever waits for a guest ends when the guest's kernel has panicked.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/ensure_vm.hpp"
#include "nocloud/ops/guest/panic_watch.hpp"
#include "nocloud/ops/template/install.hpp"
#include "nocloud/ops/vm/connect.hpp"
#include "nocloud/ops/vm/start_vm.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view early =
    "[    0.000000] Linux version 6.1\n"
    "[    0.040000] Kernel panic - not syncing: IO-APIC + timer doesn't work!\n"
    "[    0.040000] ---[ end Kernel panic - not syncing: IO-APIC + timer doesn't work! ]---\n";
constexpr std::string_view late =
    "[    0.000000] Linux version 6.1\n"
    "[    2.000000] Run /init as init process\n"
    "[    9.000000] Kernel panic - not syncing: Attempted to kill init!\n"
    "[    9.000000] ---[ end Kernel panic - not syncing: Attempted to kill init! ]---\n";

class Panic : public testing::Test, protected Scene {
 protected:
  /// On a bridge, where a guest has to be waited for until its address is seen.
  InstantiateRequest bridged() const {
    auto request = request_for(webs(1));
    request.networks = NetworkList::parse("bridge=br0");
    return request;
  }
  void make() {
    auto request = bridged();
    request.wait = WaitFor::none;
    instantiate_all(me.context(), request);
  }
  /// The address that a guest which comes up would have.
  void answers_after(Clock::Duration time) {
    me.clock.after(me.clock.passed() + time, [this] {
      world.addresses.emplace(world.domain("web00").vm->nics.at(0).mac, Ipv4Address::parse("172.16.0.9"));
    });
    me.ssh.put_everywhere({});
  }
  std::size_t starts() const { return me.hypervisor.count_of("start_vm"); }
  Vm vm() { return me.hypervisor.find_vm(web00).value(); }
  void put_log(std::string_view text) { world.write_on_console(web00, text); }
  void expect_panic(const Error& error, std::string_view words) {
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.message(),
                AllOf(HasSubstr("'web00' has panicked"), HasSubstr(std::string(words)), HasSubstr("  | ")));
    EXPECT_LT(me.clock.passed(), 10s);
  }

  const VmName web00 = VmName::parse("web00");
};

TEST_F(Panic, OfAGuestThatRanIsTheEndOfItsWait) {
  world.next_console_texts = {std::string(late)};
  expect_panic(refusal_of([&] { instantiate_all(me.context(), bridged()); }), "Attempted to kill init!");
  EXPECT_EQ(starts(), 1U);
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
}

TEST_F(Panic, ThatComesLaterIsTheEndAsWell) {
  make();
  me.clock.after(3s, [&] { put_log(late); });
  expect_panic(
      refusal_of([&] { wait_until_ready(me.context(), {.name = web00, .deadline = me.clock.now() + 120s}); }),
      "Attempted to kill init!");
}

TEST_F(Panic, ThatTheKernelDoesNotFinishIsTheEndASecondLater) {
  make();
  me.clock.after(3s, [&] { put_log("Kernel panic - not syncing: x\n"); });
  expect_panic(
      refusal_of([&] { wait_until_ready(me.context(), {.name = web00, .deadline = me.clock.now() + 120s}); }),
      "not syncing: x");
}

TEST_F(Panic, BeforeInitIsMendedByAnotherStart) {
  world.next_console_texts = {std::string(early)};
  answers_after(8s);
  const auto made = instantiate_all(me.context(), bridged());
  EXPECT_EQ(made.at(0).located->endpoint->host, "172.16.0.9");
  EXPECT_EQ(starts(), 2U);
  EXPECT_EQ(me.hypervisor.count_of("force_off_vm"), 1U);
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(AllOf(HasSubstr("'web00'"), HasSubstr("was started again"),
                                                        HasSubstr("IO-APIC + timer"))));
}

TEST_F(Panic, BeforeInitIsMendedOnce) {
  world.next_console_texts = {std::string(early), std::string(early)};
  answers_after(20s);
  expect_panic(refusal_of([&] { instantiate_all(me.context(), bridged()); }), "IO-APIC + timer");
  EXPECT_EQ(starts(), 2U);
  EXPECT_EQ(vm().state, VmState::running) << "it is kept for a look";
}

TEST_F(Panic, BeforeInitIsMendedWhereAVmIsStartedAgain) {
  make();
  me.hypervisor.force_off_vm(web00);
  world.next_console_texts = {std::string(early)};
  answers_after(8s);
  EXPECT_EQ(connect(me.context(), {.name = web00}).endpoint->host, "172.16.0.9");
  me.hypervisor.force_off_vm(web00);
  world.addresses.clear();
  world.next_console_texts = {std::string(early)};
  answers_after(8s);
  const EnsureRequest request{.name = web00, .state = EnsureRequest::State::started};
  EXPECT_FALSE(ensure_vm(me.context(), request, plan_ensure(me.context(), request)).error);
  EXPECT_EQ(me.reporter.warnings().size(), 2U);
}

TEST_F(Panic, IsNotMendedByWhoDidNotStartTheGuest) {
  make();
  put_log(early);
  expect_panic(refusal_of([&] { connect(me.context(), {.name = web00}); }), "IO-APIC + timer");
  EXPECT_EQ(starts(), 1U);
}

TEST_F(Panic, IsSeenAtTheDeadlineAtLast) {
  make();
  put_log(early);
  EXPECT_THAT(refusal_of([&] {
                wait_until_ready(me.context(), {.name = web00, .deadline = me.clock.now()});
              }).message(),
              HasSubstr("has panicked"));
}

TEST_F(Panic, EndsTheWaitForCloudInit) {
  make();
  answers_after(0s);
  me.clock.sleep(1s, {});
  me.ssh.put_everywhere({.on_command = [this](std::string_view, const CommandSinks& sinks) {
    put_log(late);
    for (int i = 0; i < 5; ++i) {
      me.clock.sleep(2s, {});
      sinks.watch();
    }
    return 0;
  }});
  EXPECT_THAT(refusal_of([&] {
                wait_until_ready(
                    me.context(),
                    {.name = web00, .until = WaitFor::cloud_init, .deadline = me.clock.now() + 600s});
              }).message(),
              HasSubstr("has panicked"));
}

TEST_F(Panic, IsStartedAgainOnlyWhileItIsThere) {
  make();
  const auto before = vm();
  put_log(early);
  auto another = before;
  another.uuid = "another";
  start_after_panic(me.context(), another, {.words = "x"});
  put_log("[    0.000000] Linux version 6.1\n");
  start_after_panic(me.context(), before, {.words = "x"});
  put_log(early);
  me.hypervisor.force_off_vm(web00);
  start_after_panic(me.context(), before, {.words = "x"});
  EXPECT_EQ(starts(), 1U);
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
}

TEST_F(Panic, IsNotAskedToPowerOffForLong) {
  make();
  world.guests_obey = false;
  put_log(late);
  const StopRequest request{.names = {web00}, .grace = 60s};
  throw_first(stop(me.context(), request, vms_to_stop(me.context(), request)));
  EXPECT_EQ(vm().state, VmState::stopped);
  EXPECT_LT(me.clock.passed(), 5s);
  EXPECT_THAT(me.reporter.warnings(),
              ElementsAre(AllOf(HasSubstr("has panicked"), HasSubstr("Attempted to kill"))));
}

TEST_F(Panic, IsSaidWhereAGuestHasToPowerOffByItself) {
  make();
  world.guests_obey = false;
  put_log(late);
  expect_panic(refusal_of([&] { power_off(me.context(), web00, 600s); }), "Attempted to kill");
  EXPECT_EQ(vm().state, VmState::running);
}

TEST_F(Panic, AConsoleThatCannotBeReadEndsNoWait) {
  make();
  me.hypervisor.fail_next("refresh_volumes", {ErrorKind::failed, "pool is busy"});
  answers_after(8s);
  EXPECT_EQ(wait_until_ready(me.context(), {.name = web00, .deadline = me.clock.now() + 120s}).reached,
            WaitStage::logged_in);
}

TEST_F(Panic, OfAnInstallerIsMendedOnce) {
  write_file(home.path() / "kernel",
             "\x7f"
             "ELF kernel",
             0600);
  write_file(home.path() / "initrd", "initrd", 0600);
  world.next_console_texts = {std::string(early), std::string(early)};
  const InstallRequest request{
      .name = VmName::parse("fresh"),
      .user = UserName::parse("debian"),
      .kernel = KernelChoice{.kernel = home.path() / "kernel", .initrd = home.path() / "initrd"},
      .answers = Answers::parse("d-i passwd/root-password password hush\n"),
      .virt_type = VirtType::qemu};
  const auto error = refusal_of([&] { install(me.context(), request); });
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.message(), HasSubstr("the guest has panicked: Kernel panic - not syncing: IO-APIC"));
  EXPECT_EQ(starts(), 2U);
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("was started again")));
  EXPECT_LT(me.clock.passed(), 10s);
}

class PanicWatching : public Panic {
 protected:
  /// How much was read by looks during this time.
  void look_for(Clock::Duration time, PanicWatch& watch) {
    for (const auto end = me.clock.now() + time; me.clock.now() < end;) {
      watch.look();
      me.clock.sleep(50ms, {});
    }
  }
};

TEST_F(PanicWatching, ReadsOnceASecondAndOnlyWhatIsNew) {
  make();
  PanicWatch watch(me.context(), web00);
  look_for(60s, watch);
  EXPECT_EQ(me.hypervisor.count_of("read_volume"), 1U) << "there was nothing new";
  EXPECT_EQ(me.hypervisor.count_of("refresh_volumes"), 1U);
  EXPECT_LT(me.hypervisor.count_of("find_volume"), 70U);
}

TEST_F(PanicWatching, DoesNotHaveTheHostLookForALogAllTheTime) {
  make();
  world.unseen.clear();
  PanicWatch watch(me.context(), web00);
  look_for(600s, watch);
  EXPECT_LT(me.hypervisor.count_of("refresh_volumes"), 12U);
}

TEST_F(PanicWatching, SeesThePanicBehindALotOfText) {
  make();
  PanicWatch watch(me.context(), web00);
  for (int i = 0; i < 20; ++i) put_log(std::string(100'000, 'x') + "\n");
  put_log("Kernel panic - not syncing: y\n");
  const auto found = watch.look_now();
  EXPECT_EQ(found, (KernelPanic{.words = "Kernel panic - not syncing: y", .before_init = false}));
  EXPECT_EQ(me.hypervisor.count_of("read_volume"), 1U);
}

TEST_F(PanicWatching, ForgetsWhatALogThatBeganAnewDoesNotHave) {
  make();
  PanicWatch watch(me.context(), web00);
  put_log(late);
  EXPECT_TRUE(watch.look_now());
  world.volumes.at(console_log_of(web00)) = {.capacity = 3, .content = "new"};
  EXPECT_FALSE(watch.look_now());
}

}  // namespace
}  // namespace nocloud::test
