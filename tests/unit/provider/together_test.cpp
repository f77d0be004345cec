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
  /// The life of one VM, as Terraform asks for it.
  void live(const std::string& name) {
    const std::string type = "nocloud_vm";
    Value given{{"name", name}, {"template", "debian12"}, {"group", "pftest"}, {"type", "web"}};
    auto state = applied(type, nullptr, given);
    EXPECT_EQ(provider.import(type, name)["uuid"], state["uuid"]);
    given["memory"] = 2048;
    state = applied(type, state, given);
    const auto gone = provider.apply(type, state, nullptr);
    EXPECT_EQ(errors_of(gone.diagnostics), "");
    EXPECT_TRUE(gone.state.is_null());
  }
};

// As many as Terraform asks at once. TSan sees it here, without gRPC, whose locks it does not know.
TEST_F(ProviderTogether, TenVmsComeAndGo) {
  std::vector<std::jthread> threads;
  for (unsigned number = 0; number < 10; ++number) {
    threads.emplace_back([this, number] { live(fmt::format("web{:02}", number)); });
  }
  threads.clear();
  EXPECT_THAT(vm_names(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

}  // namespace
}  // namespace nocloud::test
