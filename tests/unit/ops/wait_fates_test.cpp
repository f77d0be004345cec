// What others do to a VM while it is waited for is told as such.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/vm/wait.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class WaitFates : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    auto request = request_for(webs(1));
    request.wait = WaitFor::none;
    instantiate_all(me.context(), request);
  }

  FakeWorld::Domain& vm() { return world.domain("web00"); }
  Error failure(const char* name = "web00") {
    return refusal_of([&] {
      wait_until_ready(me.context(), {.name = VmName::parse(name), .deadline = me.clock.now() + 120s});
    });
  }
};

TEST_F(WaitFates, AVmThatIsBeingRemovedHasNotPoweredOffByItself) {
  for (const bool gone : {false, true}) {
    vm().state = VmState::stopped;
    me.clock.after(me.clock.passed() + 1s, [this, gone] {
      vm().vm->complete = false;
      if (gone) world.domains.erase("web00");
    });
    EXPECT_THAT(failure().message(), HasSubstr("was removed while it was waited for"));
    if (!gone) vm().vm->complete = true;
  }
}

TEST_F(WaitFates, ARemovedVmIsNoResult) {
  remove_everything(me.context());
  auto request = request_for(webs(1));
  request.networks = NetworkList::parse("bridge=br0");
  me.clock.after(me.clock.passed() + 1s, [this] { world.domains.erase("web00"); });
  const auto results = instantiate(me.context(), request);
  EXPECT_THAT(results.at(0).error->message(), HasSubstr("was removed while it was waited for"));
  EXPECT_FALSE(results.at(0).located);
}

TEST_F(WaitFates, ARenamedVmIsToldAtOnce) {
  world.rename("web00", "other");
  EXPECT_THAT(failure("other").message(), HasSubstr("was renamed: it is the VM 'web00'"));
  EXPECT_EQ(me.clock.passed(), 0s);
}

}  // namespace
}  // namespace nocloud::test
