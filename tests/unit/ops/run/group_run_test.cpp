#include "nocloud/ops/run/group_run.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "nocloud/base/process/process.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class GroupRuns : public testing::Test, protected Scene {
 protected:
  const GroupName pftest = GroupName::parse("pftest");
};

TEST_F(GroupRuns, HaveOneProcessEach) {
  const auto claim = claim_run(me.context(), pftest);
  const auto other = another();
  const auto refused = refusal_of([&] { claim_run(other.context(), pftest); });
  EXPECT_EQ(refused.kind(), ErrorKind::conflict);
  EXPECT_THAT(refused.message(), HasSubstr(fmt::format("by process {}", ::getpid())));
  claim_run(other.context(), GroupName::parse("other"));
}

TEST_F(GroupRuns, AreEndedByASignal) {
  sigset_t signals{};
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto other = another();
  auto claim = std::make_optional(claim_run(other.context(), pftest));
  std::atomic<bool> over = false;
  std::jthread runner([&] {
    ::sigwaitinfo(&signals, nullptr);
    std::this_thread::sleep_for(50ms);
    over = true;
    claim.reset();
  });
  end_run(me.context(), pftest);
  EXPECT_TRUE(over) << "it is waited for";
  runner.join();
  EXPECT_EQ(claim, std::nullopt);
}

TEST_F(GroupRuns, ThatAreNotThereCanNotBeEnded) {
  EXPECT_EQ(refusal_of([&] { end_run(me.context(), pftest); }).kind(), ErrorKind::not_found);
}

TEST_F(GroupRuns, OfAnotherProgramAreNotSignalled) {
  const auto locks = home.path() / "eva" / "locks";
  std::filesystem::path file;
  {
    const auto claim = claim_run(me.context(), pftest);
    file = *std::filesystem::directory_iterator(locks);
  }
  std::stop_source over;
  auto holder = std::async(std::launch::async, [&] {
    const Arguments command{"flock", "--no-fork", file.string(), "sleep", "60"};
    return refusal_of([&] { run_process(command, {.stop = over.get_token()}); }).kind();
  });
  const auto lock_is_held = [&] { return me.context().locks.holder_of("run=pftest").has_value(); };
  while (!lock_is_held()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(refusal_of([&] { end_run(me.context(), pftest); }).kind(), ErrorKind::not_found);
  EXPECT_TRUE(lock_is_held()) << "the signal would have ended it";
  over.request_stop();
  EXPECT_EQ(holder.get(), ErrorKind::interrupted);
}

TEST_F(GroupRuns, StartWhatIsDownAndWhole) {
  instantiate_all(me.context(), request_for(webs(3)));
  world.domain("web00").state = VmState::stopped;
  world.domain("web01").state = VmState::stopped;
  world.domain("web01").vm->complete = false;
  const auto results = restart(me.context(), vms_to_stop(me.context(), {}));
  ASSERT_EQ(results.size(), 3U);
  EXPECT_FALSE(results[0].error);
  EXPECT_EQ(world.domain("web00").state, VmState::running);
  EXPECT_THAT(results[1].error.value().message(), HasSubstr("'web01' was never completed"));
  EXPECT_EQ(world.domain("web01").state, VmState::stopped);
  EXPECT_FALSE(results[2].error);
}

}  // namespace
}  // namespace nocloud::test
