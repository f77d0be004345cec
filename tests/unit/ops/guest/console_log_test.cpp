#include "nocloud/ops/guest/console_log.hpp"

#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

class ConsoleLog : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    instantiate_all(me.context(), request_for(webs(1)));
    world.unseen.clear();
  }

  FakeWorld::Domain& vm() { return world.domain("web00"); }

  const VmName web00 = VmName::parse("web00");
  const VolumeName log = console_log_of(web00);
};

TEST_F(ConsoleLog, IsFollowedUntilTheVmIsDown) {
  world.volumes[log] = {.capacity = 4, .content = "one\n"};
  std::string read;
  std::size_t pieces = 0;
  const auto take = [&](std::string_view text) {
    read += text;
    auto& content = world.volumes.at(log);
    if (++pieces == 1) content = {.capacity = 8, .content = "one\ntwo\n"};
    if (pieces == 2) vm().state = VmState::stopped;
  };
  follow_console(me.context(), web00, {.on_text = take});
  EXPECT_EQ(read, "one\ntwo\n");
}

TEST_F(ConsoleLog, IsReadFromItsStartWhenItWasRotated) {
  world.volumes[log] = {.capacity = 8, .content = "one\ntwo\n"};
  std::string read;
  bool rotated = false;
  const auto take = [&](std::string_view text) {
    read += text;
    if (rotated) {
      vm().state = VmState::stopped;
    } else {
      world.volumes.at(log) = {.capacity = 4, .content = "new\n"};
    }
    rotated = true;
  };
  follow_console(me.context(), web00, {.on_text = take});
  EXPECT_EQ(read, "one\ntwo\nnew\n");
}

TEST_F(ConsoleLog, IsFollowedNoLongerThanTheFollowerWants) {
  int asked = 0;
  EXPECT_FALSE(
      follow_console(me.context(), web00, {.on_text = [](auto) {}, .goes_on = [&] { return ++asked < 3; }}));
  EXPECT_EQ(asked, 3);
}

TEST_F(ConsoleLog, AsksNothingMoreOnceAStopIsRequested) {
  EXPECT_EQ(refusal_of([&] {
              follow_console(me.interrupted(), web00, {.on_text = [](std::string_view) {}});
            }).kind(),
            ErrorKind::interrupted);
}

}  // namespace
}  // namespace nocloud::test
