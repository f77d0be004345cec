#include "terraform_shim/external/answer.hpp"

#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "support/sample_vm.hpp"

namespace nocloud::test {
namespace {

using nlohmann::json;

const SshAccess access{
    .known_hosts = "/home/eva/known_hosts", .identity = "/home/eva/id_ed25519", .uri = "qemu:///system"};

LocatedVm unlocated(std::string_view name) {
  return {.vm = sample_vm(name)};
}

TEST(ExternalAnswer, IsStable) {
  expect_golden("terraform/external.json", external_answer({located_vm()}, access).dump(2) + "\n");
}

TEST(ExternalAnswer, HasTheSameKeysAndOnlyStringsAlways) {
  const auto full = external_answer({located_vm()}, access);
  for (const auto& vms : {std::vector<LocatedVm>{}, {unlocated("a")}, {located_vm(), unlocated("a")}}) {
    const auto answer = external_answer(vms, access);
    EXPECT_EQ(answer.size(), full.size());
    for (const auto& [key, value] : answer.items()) {
      EXPECT_TRUE(value.is_string()) << key;
      EXPECT_TRUE(full.contains(key)) << key;
    }
  }
}

TEST(ExternalAnswer, OfNoVmSaysSo) {
  const auto answer = external_answer({}, access);
  EXPECT_EQ(answer["exists"], "false");
  EXPECT_EQ(answer["vms_json"], "[]");
  EXPECT_EQ(answer["host"], "");
}

TEST(ExternalAnswer, OfSeveralListsThem) {
  const auto answer = external_answer({located_vm(), unlocated("web01")}, access);
  EXPECT_EQ(answer["exists"], "true");
  EXPECT_EQ(answer["name"], "");
  const auto vms = json::parse(answer["vms_json"].get<std::string>());
  ASSERT_EQ(vms.size(), 2);
  EXPECT_EQ(vms[1]["name"], "web01");
  EXPECT_EQ(vms[1]["host"], json());
}

}  // namespace
}  // namespace nocloud::test
