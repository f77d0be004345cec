#include "nocloud/app/vm_json.hpp"

#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "support/sample_vm.hpp"

namespace nocloud::test {
namespace {

TEST(VmJson, IsStable) {
  expect_golden("app/vm.json", vm_json(located_vm()).dump(2) + "\n");
}

TEST(VmJson, HasTheSameKeysWhereNothingIsKnown) {
  LocatedVm bare{.vm = sample_vm()};
  bare.vm.nics.clear();
  bare.vm.state = VmState::stopped;
  const auto full = vm_json(located_vm());
  const auto told = vm_json(bare);
  for (const auto& [key, value] : full.items()) EXPECT_TRUE(told.contains(key)) << key;
  EXPECT_EQ(told.size(), full.size());
  for (const auto* key : {"mac", "ip", "host", "port", "via"}) EXPECT_TRUE(told[key].is_null()) << key;
}

TEST(PrintJson, ReplacesWhatIsNotUtf8AndShowsWhatIsUnseen) {
  testing::internal::CaptureStdout();
  print_json({{"owner", "\xff@\u202ehost"}});
  std::fflush(stdout);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "{\n  \"owner\": \"\\ufffd@\\u202ehost\"\n}\n");
}

}  // namespace
}  // namespace nocloud::test
