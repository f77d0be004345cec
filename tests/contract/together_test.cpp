#include <atomic>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

class TogetherContract : public Contract {
 protected:
  /// Does it in several threads at once, half of them as another process would.
  void at_once(const std::function<void(Hypervisor& host, unsigned number)>& work) {
    constexpr unsigned workers = 8;
    const auto other = world().second_connection();
    std::vector<std::jthread> threads;
    for (unsigned number = 0; number < workers; ++number) {
      threads.emplace_back([&, number] { work(number % 2 == 0 ? host() : *other, number); });
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Port, TogetherContract, every_kind, name_of_kind);

TEST_P(TogetherContract, GivesANameToOneOfMany) {
  std::atomic<int> winners = 0;
  std::atomic<int> conflicts = 0;
  at_once([&](Hypervisor& host, unsigned) {
    const auto error = error_of([&] { host.define_vm(definition_of("a")); });
    if (!error) ++winners;
    if (error == ErrorKind::conflict) ++conflicts;
  });
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(conflicts, 7);
}

TEST_P(TogetherContract, MakesManyVms) {
  std::atomic<int> failures = 0;
  host().create_volume({.name = volume_name("base.qcow2"),
                        .format = NewVolume::Format::qcow2,
                        .capacity_bytes = 1 << 20,
                        .access = NewVolume::Access::everybody_reads});
  at_once([&](Hypervisor& host, unsigned number) {
    for (int i = 0; i < 5; ++i) {
      const auto definition = definition_of(fmt::format("{}-{}", number, i));
      const auto error = error_of([&] {
        host.define_vm(definition);
        host.create_overlay(overlay_of(definition.name), definition.base.value());
        host.complete_vm(definition.name);
        if (!host.find_vm(definition.name)->complete) throw Error(ErrorKind::failed, "it is not complete");
        host.volume_names();
        host.vms();
      });
      if (error) ++failures;
    }
  });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(host().volume_names().size(), 41U);
}

TEST_P(TogetherContract, MakesThePoolOnce) {
  std::atomic<int> failures = 0;
  at_once([&](Hypervisor& host, unsigned) {
    if (error_of([&] { host.volume_names(); })) ++failures;
  });
  EXPECT_EQ(failures, 0);
}

TEST_P(TogetherContract, GivesAnAddressToOneOfMany) {
  if (!host().place().privileged) GTEST_SKIP() << "an ordinary user's libvirt makes no networks";
  const auto plan = network_plan();
  host().define_network(plan);
  const Ipv4Address wanted(plan.subnet.network().number() + 9);
  std::atomic<int> winners = 0;
  std::atomic<int> failures = 0;
  at_once([&](Hypervisor& host, unsigned number) {
    const AddressClaim claim{.name = vm_name(std::to_string(number)),
                             .mac = MacAddress({0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(number)}),
                             .address = wanted};
    const auto error = error_of([&] {
      if (host.claim_address(plan.name, claim, DhcpEffect::with_next_start)) ++winners;
      host.publish_name(plan.name, claim.name, Ipv4Address(wanted.number() + 1 + number));
    });
    if (error) ++failures;
  });
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(world().published(plan.name).size(), 8U);
}

}  // namespace
}  // namespace nocloud::test
