// What a run leaves when any one of its calls to the hypervisor fails, or is its last.

#include <iostream>
#include <tuple>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using Moment = FakeHypervisor::Moment;
using testing::ElementsAreArray;
using testing::IsEmpty;

struct Case {
  std::string name;
  std::size_t vms = 1;
  NetworkList networks = {};
  GuestInit init = GuestInit::cloud_init;
  bool has_disks = false;
  bool network_exists = false;
  bool port_is_taken = false;
};

void PrintTo(const Case& tried, std::ostream* stream) {
  *stream << tried.name;
}

class Failures : public testing::TestWithParam<std::tuple<Case, Moment>> {
 protected:
  const Case& tried() const { return std::get<Case>(GetParam()); }
  Moment moment() const { return std::get<Moment>(GetParam()); }

  void furnish_for_case(FakeWorld& world) const {
    furnish(world);
    auto& source = *world.domains.begin()->second.source;
    source.init = tried().init;
    if (source.init == GuestInit::none) {
      source.host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0";
    }
    if (tried().network_exists) {
      world.networks.emplace(NetworkName::parse("nocloud"),
                             FakeWorld::Net{.network = {.name = NetworkName::parse("nocloud"),
                                                        .active = false,
                                                        .subnet = Ipv4Subnet::parse("192.168.7.0/24")}});
    }
    if (tried().port_is_taken) world.taken_ports.insert(forwarded_port_of(VmName::parse("web00")));
  }

  InstantiateRequest request() const {
    auto request = request_for(webs(tried().vms));
    request.networks = tried().networks;
    if (tried().has_disks) {
      for (auto& vm : request.vms) vm.shape.disks = {DiskSize::of_gib(1), DiskSize::of_gib(2)};
    }
    return request;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& vm : webs(tried().vms)) names.push_back(vm.name.str());
    return names;
  }

  /// The same command again ends with exactly what it asks for; removing that leaves nothing.
  void expect_recovery(FakeWorld& world) const {
    EXPECT_THAT(strays(world), IsEmpty());
    Process next(world, home_.path());
    instantiate_all(next.context(), request());
    EXPECT_THAT(vm_names(world), ElementsAreArray(names()));
    EXPECT_THAT(flaws(world), IsEmpty());
    EXPECT_THAT(strays(world), IsEmpty());
    remove_everything(next.context());
    expect_nothing_left(world);
  }

  static void expect_nothing_left(const FakeWorld& world) {
    EXPECT_THAT(vm_names(world), IsEmpty());
    EXPECT_THAT(strays(world), IsEmpty());
    EXPECT_EQ(world.volumes.size() + world.unseen.size(), 1U) << "the template's image alone";
  }

  /// Runs `body(world, process, call)` on a fresh host for each call that `command` makes until there are no
  /// more.
  template <class Body>
  void at_each_call(const Body& body) const {
    constexpr std::size_t more_than_any_command_makes = 400;
    for (std::size_t call = 1; call < more_than_any_command_makes; ++call) {
      SCOPED_TRACE(fmt::format("at call {}", call));
      FakeWorld world;
      furnish_for_case(world);
      Process process(world, home_.path());
      if (!body(world, process, call)) return;
      if (testing::Test::HasFailure()) {
        for (const auto& made : process.hypervisor.calls()) std::cerr << made << "\n";
        return;
      }
    }
    ADD_FAILURE() << "it does not end";
  }

  TemporaryFolder home_;
};

const Error injected{ErrorKind::failed, "injected"};

TEST_P(Failures, AFailedRunLeavesWholeVmsOrNone) {
  at_each_call([&](FakeWorld& world, Process& process, std::size_t call) {
    process.hypervisor.fail_at(call, injected, moment());
    try {
      instantiate(process.context(), request());
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), testing::HasSubstr("injected"));
    }
    if (process.hypervisor.calls().size() < call) return false;
    for (const auto& [name, domain] : world.domains) {
      // What fails after its effect can't know of it: the name may stay claimed.
      if (!domain.vm || moment() == Moment::after_effect) continue;
      EXPECT_TRUE(domain.vm->complete) << name;
    }
    expect_recovery(world);
    return true;
  });
}

TEST_P(Failures, AHypervisorThatDiesLeavesNothingWithoutAName) {
  at_each_call([&](FakeWorld& world, Process& process, std::size_t call) {
    process.hypervisor.fail_at(call, injected, moment());
    for (std::size_t later = call + 1; later < call + 300; ++later) {
      process.hypervisor.fail_at(later, {ErrorKind::unavailable, "injected: gone"});
    }
    try {
      instantiate(process.context(), request());
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), testing::HasSubstr("injected"));
    }
    if (process.hypervisor.calls().size() < call) return false;
    expect_recovery(world);
    return true;
  });
}

TEST_P(Failures, AKilledRunIsCompletedByTheNext) {
  if (tried().vms > 1) GTEST_SKIP() << "a thread that dies would take the test with it";
  at_each_call([&](FakeWorld& world, Process& process, std::size_t call) {
    process.hypervisor.crash_at(call, moment());
    try {
      instantiate(process.context(), request());
      return false;
    } catch (const Crashed&) {
      expect_recovery(world);
    }
    return true;
  });
}

TEST_P(Failures, WhatAKilledRunLeavesCanBeRemoved) {
  if (tried().vms > 1) GTEST_SKIP() << "a thread that dies would take the test with it";
  at_each_call([&](FakeWorld& world, Process& process, std::size_t call) {
    process.hypervisor.crash_at(call, moment());
    try {
      instantiate(process.context(), request());
      return false;
    } catch (const Crashed&) {
      remove_everything(Process(world, home_.path()).context());
      expect_nothing_left(world);
    }
    return true;
  });
}

TEST_P(Failures, AKilledRemovalIsFinishedByTheNextOrMadeAnew) {
  if (tried().vms > 1) GTEST_SKIP() << "a thread that dies would take the test with it";
  for (const bool anew : {false, true}) {
    at_each_call([&](FakeWorld& world, Process&, std::size_t call) {
      instantiate_all(Process(world, home_.path()).context(), request());
      Process removing(world, home_.path());
      removing.hypervisor.crash_at(call, moment());
      try {
        remove_everything(removing.context());
        return false;
      } catch (const Crashed&) {
        if (anew) {
          expect_recovery(world);
        } else {
          remove_everything(Process(world, home_.path()).context());
          expect_nothing_left(world);
        }
      }
      return true;
    });
  }
}

TEST_P(Failures, AFailedRemovalIsFinishedByTheNext) {
  at_each_call([&](FakeWorld& world, Process&, std::size_t call) {
    instantiate_all(Process(world, home_.path()).context(), request());
    Process removing(world, home_.path());
    removing.hypervisor.fail_at(call, injected, moment());
    try {
      remove_everything(removing.context());
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), testing::HasSubstr("injected"));
    }
    if (removing.hypervisor.calls().size() < call) return false;
    EXPECT_THAT(strays(world), IsEmpty());
    remove_everything(Process(world, home_.path()).context());
    expect_nothing_left(world);
    return true;
  });
}

const NetworkList user = NetworkList::parse("user");
const NetworkList several = NetworkList::parse("nat,bridge=br0");

INSTANTIATE_TEST_SUITE_P(
    AtEachCall, Failures,
    testing::Combine(testing::Values(Case{.name = "nat"}, Case{.name = "three", .vms = 3},
                                     Case{.name = "disks", .has_disks = true},
                                     Case{.name = "existing", .network_exists = true},
                                     Case{.name = "several", .networks = several},
                                     Case{.name = "plain", .init = GuestInit::none},
                                     Case{.name = "user", .networks = user},
                                     Case{.name = "taken", .networks = user, .port_is_taken = true}),
                     testing::Values(Moment::before_effect, Moment::after_effect)),
    [](const auto& tried) {
      return std::get<Case>(tried.param).name +
             (std::get<Moment>(tried.param) == Moment::before_effect ? "Before" : "After");
    });

}  // namespace
}  // namespace nocloud::test
