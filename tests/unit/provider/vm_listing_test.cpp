#include "terraform_shim/provider/resources/vm_listing.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

class VmListing : public testing::Test, protected Stage {
 protected:
  VmListing() { instantiate_all(me.context(), request_for(webs(20))); }

  std::size_t listings() const { return me.hypervisor.count_of("vms"); }
  Value state_of(const std::string& name) { return provider.import("nocloud_vm", name); }
};

TEST_F(VmListing, IsOneForABurstOfQuestions) {
  std::vector<Value> states;
  for (const auto& vm : webs(20)) states.push_back(state_of(vm.name.str()));
  const auto before = listings();
  const auto looked = me.hypervisor.count_of("find_vm");
  std::vector<std::jthread> threads;
  for (std::size_t first = 0; first < 10; ++first) {
    threads.emplace_back([&, first] {
      for (auto i = first; i < states.size(); i += 10)
        EXPECT_EQ(provider.read("nocloud_vm", states[i]).state, states[i]);
    });
  }
  threads.clear();
  EXPECT_EQ(listings(), before + 1);
  EXPECT_EQ(me.hypervisor.count_of("find_vm"), looked);
}

TEST_F(VmListing, GrowsOld) {
  const auto state = state_of("web00");
  provider.read("nocloud_vm", state);
  remove_everything(me.context());
  later();
  EXPECT_TRUE(provider.read("nocloud_vm", state).state.is_null());
}

TEST_F(VmListing, AnUnreadableVmIsNotGone) {
  const auto state = state_of("web00");
  world.domain("web00").unreadable = "'vsock' is unknown";
  later();
  const auto error = refusal_of([&] { provider.read("nocloud_vm", state); });
  EXPECT_NE(error.message().find("'web00' can't be read"), std::string::npos) << error.message();
}

TEST_F(VmListing, IsForgottenWithAChange) {
  const auto first = state_of("web00");
  const auto second = state_of("web01");
  provider.read("nocloud_vm", first);
  provider.apply("nocloud_vm", second, nullptr);
  EXPECT_TRUE(provider.read("nocloud_vm", second).state.is_null());
  EXPECT_FALSE(provider.read("nocloud_vm", first).state.is_null());
}

}  // namespace
}  // namespace nocloud::test
