#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

class HostContract : public Contract {
 protected:
  /// A disk without anything to boot from.
  TrialBoot empty_trial() {
    const auto base = volume_name("base.qcow2");
    host().create_volume({.name = base,
                          .format = NewVolume::Format::qcow2,
                          .capacity_bytes = 1 << 20,
                          .access = NewVolume::Access::everybody_reads});
    return {.virt_type = VirtType::qemu, .base = base};
  }
};
INSTANTIATE_TEST_SUITE_P(Port, HostContract, every_kind, name_of_kind);

TEST_P(HostContract, KnowsItself) {
  const auto facts = host().host();
  EXPECT_NE(facts.uri, "");
  EXPECT_TRUE(facts.local);
  EXPECT_EQ(facts.via, "");
  EXPECT_GT(facts.memory, Memory::of_mib(128));
}

TEST_P(HostContract, BreaksATrialOffWhenAsked) {
  if (const auto reason = lacks("trial_boot"); !reason.empty()) GTEST_SKIP() << reason;
  std::stop_source stop;
  stop.request_stop();
  const auto trial = empty_trial();
  EXPECT_EQ(error_of([&] { host().trial_boot(trial, std::chrono::seconds(60), stop.get_token()); }),
            ErrorKind::interrupted);
  for (const auto& name : world().domain_names()) EXPECT_FALSE(name.starts_with("nocloud-trial")) << name;
}

TEST_P(HostContract, LeavesNothingOfATrial) {
  if (const auto reason = lacks("trial_boot"); !reason.empty()) GTEST_SKIP() << reason;
  const auto trial = empty_trial();
  host().trial_boot(trial, std::chrono::seconds(1), {});
  for (const auto& name : world().domain_names()) EXPECT_FALSE(name.starts_with("nocloud-trial")) << name;
  host().refresh_volumes();
  EXPECT_EQ(host().volume_names(), std::vector{trial.base});
}

}  // namespace
}  // namespace nocloud::test
