#include <array>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using testing::IsEmpty;

class ProviderTogether : public testing::Test, protected Stage {
 protected:
  static constexpr unsigned vms = 10;

  /// One command of Terraform's, which plans and applies all VMs at once.
  void run(unsigned memory) {
    const std::string type = "nocloud_vm";
    provider.begin_walk();
    std::vector<std::jthread> threads;
    for (unsigned number = 0; number < vms; ++number) {
      threads.emplace_back([&, number] {
        auto& state = states_[number];
        const auto given = config(
            type, {{"name", fmt::format("web{:02}", number)}, {"template", "debian12"}, {"memory", memory}});
        const auto planned =
            provider.plan(type, provider.read(type, state).state, memory == 0 ? Value() : given);
        EXPECT_EQ(errors_of(planned.diagnostics), "");
        const auto done = provider.apply(type, state, planned.planned);
        EXPECT_EQ(errors_of(done.diagnostics), "");
        state = done.state;
      });
    }
  }

  std::array<Value, vms> states_;
};

// As many as Terraform asks at once. TSan sees it here, without gRPC, whose locks it does not know.
TEST_F(ProviderTogether, TenVmsComeAndGo) {
  run(1024);
  run(2048);
  EXPECT_EQ(vm_names(world).size(), vms);
  provider.confirm_answered();
  for (const auto& name : vm_names(world)) EXPECT_EQ(world.domain(name).vm->unconfirmed, "");
  run(0);
  EXPECT_THAT(vm_names(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

}  // namespace
}  // namespace nocloud::test
