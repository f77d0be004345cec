#include "nocloud/ops/vm/wait.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Wait : public testing::Test, protected Scene {
 protected:
  void SetUp() override { make({}); }

  void make(const NetworkList& networks) {
    auto request = request_for({described("web00")});
    request.networks = networks;
    request.wait = WaitFor::none;
    instantiate_all(me.context(), request);
  }

  FakeWorld::Domain& vm() { return world.domain("web00"); }

  Readiness wait(WaitFor until = WaitFor::ssh) {
    return wait_until_ready(
        me.context(), {.name = VmName::parse("web00"), .until = until, .deadline = me.clock.now() + 120s});
  }
  Error failure(WaitFor until = WaitFor::ssh) {
    return refusal_of([&] { wait(until); });
  }
};

TEST_F(Wait, ReachesEachStageInTurn) {
  EXPECT_EQ(wait(WaitFor::address).reached, WaitStage::address);
  EXPECT_EQ(wait(WaitFor::ssh).reached, WaitStage::logged_in);
  EXPECT_EQ(wait(WaitFor::cloud_init).reached, WaitStage::cloud_init);
  EXPECT_TRUE(me.reporter.told("web00: logged in"));
}

TEST_F(Wait, NoneNeedsNothing) {
  vm().state = VmState::stopped;
  EXPECT_EQ(wait(WaitFor::none).reached, WaitStage::nothing);
}

TEST_F(Wait, NobodyAnswering) {
  me.ssh.put_everywhere({.reached = SshStage::silent, .obstacle = "connection refused"});
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("'web00'"), HasSubstr("'address'"), HasSubstr("port 22"),
                                     HasSubstr("connection refused"), HasSubstr("  | Linux version 6.1")));
  EXPECT_THAT(error.hint(), HasSubstr("--timeout"));
}

TEST_F(Wait, NoBanner) {
  me.ssh.put_everywhere({.reached = SshStage::port_open, .obstacle = "it accepts, but says nothing"});
  EXPECT_THAT(failure().message(), AllOf(HasSubstr("'port open'"), HasSubstr("says nothing")));
}

TEST_F(Wait, NoLogin) {
  me.ssh.put_everywhere({.reached = SshStage::host_key_verified, .obstacle = "our key is refused"});
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("'host key'"), HasSubstr("our key is refused")));
}

TEST_F(Wait, AnotherHostKeyIsFinal) {
  me.ssh.put_everywhere({.host_key = "ssh-ed25519 AAAAother"});
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.message(), HasSubstr("is not what answers there"));
  EXPECT_EQ(me.clock.passed(), 0s);
}

TEST_F(Wait, ControlCharactersOfTheConsoleAreVisible) {
  me.ssh.put_everywhere({.reached = SshStage::silent});
  world.volumes.clear();
  world.unseen[console_log_of(VmName::parse("web00"))] = {.content = "ok\n\x1b[2Jgone\r\n"};
  EXPECT_THAT(failure().message(), AllOf(HasSubstr("  | \\x1b[2Jgone"), Not(HasSubstr("\x1b"))));
}

TEST_F(Wait, ShowsTheLastTwentyLinesOfTheConsole) {
  me.ssh.put_everywhere({.reached = SshStage::silent});
  std::string log;
  for (int line = 1; line <= 30; ++line) log += fmt::format("line {}\n", line);
  world.unseen[console_log_of(VmName::parse("web00"))] = {.content = log};
  world.volumes.erase(console_log_of(VmName::parse("web00")));
  EXPECT_THAT(failure().message(),
              AllOf(HasSubstr("| line 11\n"), HasSubstr("| line 30"), Not(HasSubstr("| line 10\n"))));
}

TEST_F(Wait, SaysThatTheConsoleIsEmpty) {
  me.ssh.put_everywhere({.reached = SshStage::silent});
  world.unseen.clear();
  world.volumes.erase(console_log_of(VmName::parse("web00")));
  EXPECT_THAT(failure().message(), HasSubstr("it has written nothing on its console"));
}

TEST_F(Wait, AConsoleThatCannotBeReadHidesNoReason) {
  me.ssh.put_everywhere({.reached = SshStage::silent, .obstacle = "connection refused"});
  world.volumes.merge(world.unseen);
  me.hypervisor.fail_next("refresh_volumes", {ErrorKind::failed, "pool is busy"});
  EXPECT_THAT(failure().message(), AllOf(HasSubstr("connection refused"), HasSubstr("pool is busy")));
}

TEST_F(Wait, AGuestThatPowersOffIsNotWaitedFor) {
  vm().state = VmState::stopped;
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.message(), HasSubstr("'web00' has powered off"));
  EXPECT_LT(me.clock.passed(), 3s);
}

TEST_F(Wait, APausedGuestNamesTheRemedy) {
  vm().state = VmState::paused;
  EXPECT_THAT(failure().hint(), HasSubstr("virsh resume web00"));
}

TEST_F(Wait, AGuestThatKvmStoppedNamesTheRemedy) {
  vm().vm->virt_type = VirtType::kvm;
  vm().state = VmState::paused;
  vm().fault = "internal error";
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.message(), HasSubstr("was stopped by KVM (internal error)"));
  EXPECT_THAT(error.hint(), HasSubstr("--virt-type qemu"));
}

TEST_F(Wait, AnEmulatedGuestThatCrashed) {
  vm().state = VmState::crashed;
  vm().fault = "guest crashed";
  EXPECT_THAT(failure().message(), HasSubstr("has crashed (guest crashed)"));
}

TEST_F(Wait, AVanishedVm) {
  world.domains.erase("web00");
  EXPECT_EQ(failure().kind(), ErrorKind::not_found);
}

TEST_F(Wait, InterruptedAtOnce) {
  const auto error = refusal_of([&] {
    wait_until_ready(me.interrupted(), {.name = VmName::parse("web00"), .deadline = me.clock.now() + 120s});
  });
  EXPECT_EQ(error.kind(), ErrorKind::interrupted);
}

TEST_F(Wait, OnABridgeTheAddressIsFound) {
  remove_everything(me.context());
  make(NetworkList::parse("bridge=br0"));
  const auto mac = vm().vm->nics.at(0).mac;
  me.clock.after(3s, [&, mac] { world.addresses.emplace(mac, Ipv4Address::parse("172.16.0.9")); });
  const auto readiness = wait();
  EXPECT_EQ(readiness.located->endpoint->host, "172.16.0.9");
  EXPECT_GE(me.clock.passed(), 3s);
}

TEST_F(Wait, OnABridgeWithoutAnAddress) {
  remove_everything(me.context());
  make(NetworkList::parse("bridge=br0"));
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("'running'"), HasSubstr("no address of it was found")));
  EXPECT_GE(me.clock.passed(), 120s);
  EXPECT_LT(me.clock.passed(), 121s);
}

TEST_F(Wait, OnABridgeAGuestThatPowersOffIsNotWaitedFor) {
  remove_everything(me.context());
  make(NetworkList::parse("bridge=br0"));
  me.clock.after(3s, [&] { vm().state = VmState::stopped; });
  EXPECT_EQ(failure().kind(), ErrorKind::failed);
  EXPECT_LT(me.clock.passed(), 6s);
}

TEST_F(Wait, CloudInitThatFails) {
  me.ssh.put_everywhere({.on_command = [](std::string_view command, const CommandSinks& sinks) {
    EXPECT_EQ(command, "cloud-init status --wait --long");
    sinks.output("\nstatus: error\x1b[2J\n");
    return 1;
  }});
  const auto error = failure(WaitFor::cloud_init);
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("status: error\\x1b[2J"), HasSubstr("  | Linux")));
}

TEST_F(Wait, CloudInitThatDoesNotEnd) {
  me.ssh.put_everywhere({.on_command = [](std::string_view, const CommandSinks&) -> int {
    throw Error(ErrorKind::timed_out, "it did not end in time");
  }});
  const auto error = failure(WaitFor::cloud_init);
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("'logged in'"), HasSubstr("cloud-init did not finish"),
                                     HasSubstr("  | Linux version 6.1")));
}

TEST_F(Wait, CloudInitThatTalksEndlesslyIsBounded) {
  me.ssh.put_everywhere({.on_command = [](std::string_view, const CommandSinks& sinks) {
    for (int i = 0; i < 1000; ++i) sinks.output(std::string(1000, 'x'));
    return 1;
  }});
  EXPECT_LT(failure(WaitFor::cloud_init).message().size(), 10'000U);
}

TEST_F(Wait, WithoutCloudInitThereIsNothingToWaitFor) {
  vm().vm->init = GuestInit::none;
  EXPECT_EQ(wait(WaitFor::cloud_init).reached, WaitStage::logged_in);
}

TEST_F(Wait, Words) {
  EXPECT_EQ(wait_for_from("cloud-init"), WaitFor::cloud_init);
  EXPECT_EQ(refusal_of([] { wait_for_from("boot"); }).kind(), ErrorKind::invalid_input);
  EXPECT_EQ(default_wait(VirtType::kvm), 120s);
  EXPECT_EQ(default_wait(VirtType::qemu), 600s);
}

/// Guests whose user-data asks for a reboot, which they say has come, or not, in turn.
class WaitForReboot : public Wait {
 protected:
  void say(const std::vector<std::string>& answers) {
    me.ssh.put_everywhere({.on_command = [this, answers](std::string_view, const CommandSinks& sinks) {
      const auto& answer = answers.at(std::min(asked_++, answers.size() - 1));
      if (answer == "away") throw Error(ErrorKind::unavailable, "the connection broke");
      if (answer == "slow") throw Error(ErrorKind::timed_out, "the command did not end in time");
      sinks.output(answer);
      return 0;
    }});
  }
  Readiness wait(PowerState power) {
    return wait_until_ready(
        me.context(),
        {.name = VmName::parse("web00"), .deadline = me.clock.now() + 120s, .after_first_boot = power});
  }

  std::size_t asked_ = 0;
};

TEST_F(WaitForReboot, IsOverWhenItHasCome) {
  say({"", "", "away", "away", "done\n"});
  EXPECT_EQ(wait(PowerState::reboot).reached, WaitStage::rebooted);
  EXPECT_EQ(asked_, 5U);
}

TEST_F(WaitForReboot, IsNamedWhenItDoesNotCome) {
  say({"none\n"});
  const auto error = refusal_of([&] { wait(PowerState::reboot); });
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  EXPECT_THAT(error.message(), HasSubstr("the reboot that its user-data asks for did not come"));
}

TEST_F(WaitForReboot, IsNamedWhenTimeRunsOutWhileTheGuestIsAsked) {
  say({"", "slow"});
  const auto error = refusal_of([&] { wait(PowerState::reboot); });
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  EXPECT_THAT(error.message(), HasSubstr("VM 'web00' is not ready in time: it got as far as 'logged in'"));
  EXPECT_THAT(error.message(), HasSubstr("the reboot that its user-data asks for did not come"));
  EXPECT_THAT(error.hint(), HasSubstr("--timeout"));
}

TEST_F(WaitForReboot, IsGivenUpWhenItsConditionDidNotHold) {
  say({"", "none\n"});
  EXPECT_EQ(wait(PowerState::maybe_reboot).reached, WaitStage::logged_in);
  EXPECT_EQ(asked_, 2U);
}

TEST_F(WaitForReboot, IsForUserDataThatAsksForIt) {
  say({"none\n"});
  EXPECT_EQ(wait(PowerState::other).reached, WaitStage::logged_in);
  EXPECT_EQ(asked_, 0U);
}

TEST_F(Wait, RecoverableErrorsOfCloudInitAreAWarning) {
  me.ssh.put_everywhere({.on_command = [](std::string_view, const CommandSinks& sinks) {
    sinks.output("status: done\nDEPRECATED: the key is old\n");
    return 2;
  }});
  EXPECT_EQ(wait(WaitFor::cloud_init).reached, WaitStage::cloud_init);
  EXPECT_THAT(me.reporter.warnings(), testing::Contains(HasSubstr("the key is old")));
}

}  // namespace
}  // namespace nocloud::test
