// A plan knows what the host lacks: an apply removes first what it replaces.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::unknown;
using testing::HasSubstr;

const std::string vm_kind = "nocloud_vm";
const std::string group_kind = "nocloud_group";

class HostNeeds : public testing::Test, protected Stage {
 protected:
  static Value web00(const Value& more = Value::object()) {
    Value given{{"name", "web00"}, {"template", "debian12"}};
    given.update(more);
    return given;
  }
  static Value pftest(const Value& more = Value::object(), const Value& line = Value::object()) {
    Value first{{"template", "debian12"}, {"count", 2},      {"type", nullptr}, {"name", "web"},
                {"memory", nullptr},      {"cpus", nullptr}, {"disks", nullptr}};
    first.update(line);
    Value given{{"name", "pftest"}, {"lines", Value::array({first})}};
    given.update(more);
    return given;
  }
  /// Of a plan that makes it, in the place of another as `prior` says.
  terraform::Diagnostics found(const std::string& type, const Value& given, const Value& prior = nullptr) {
    later();
    auto planned = plan(type, prior, given);
    if (!planned.replaced.empty()) planned = plan_beside(type, nullptr, given, planned.handed_on);
    return planned.diagnostics;
  }
  /// By a plan that makes it, and by one that would remove something first.
  void expect_refused(const std::string& type, const Value& given, const Value& prior, const char* words) {
    const auto before = snapshot_of(world);
    EXPECT_THAT(errors_of(found(type, given, prior)), HasSubstr(words)) << given;
    EXPECT_EQ(snapshot_of(world), before) << given;
  }
};

TEST_F(HostNeeds, OfAVmAreKnownToThePlan) {
  const auto state = applied(vm_kind, nullptr, web00());
  world.facts.offers_kvm = false;
  const auto lacks = [&](const Value& more, const char* words) {
    expect_refused(vm_kind, web00(more), state, words);
    auto another = web00(more);
    another["name"] = "web01";
    EXPECT_THAT(errors_of(found(vm_kind, another)), HasSubstr(words));
  };
  lacks({{"networks", {"bridge=br-none"}}}, "no bridge 'br-none'");
  lacks({{"networks", {"nat=missing"}}}, "no network 'missing'");
  lacks({{"virt_type", "kvm"}}, "offers no KVM");
  lacks({{"memory", 99'999'999}}, "more than the host has");
  lacks({{"cpus", 300}}, "300 CPUs are more");
  lacks({{"cpus", 300}, {"networks", {"user"}}}, "300 CPUs are more");
  world.free_bytes = 0;
  expect_refused(vm_kind, web00({{"networks", {"user"}}}), state, "at least 1 MB");
}

TEST_F(HostNeeds, AreToldAtTheirPlaceWithARemedy) {
  const auto diagnostics = found(vm_kind, web00({{"networks", {"nat=missing"}}}));
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics.front().path, terraform::Path::to("networks"));
  EXPECT_THAT(diagnostics.front().detail, HasSubstr("nocloud_network.NAME.name"));
}

TEST_F(HostNeeds, OfAGroupAreKnownToThePlan) {
  const auto state = applied(group_kind, nullptr, pftest());
  world.facts.offers_kvm = false;
  const auto lacks = [&](const Value& given, const char* words) {
    EXPECT_THAT(errors_of(found(group_kind, given)), HasSubstr(words)) << given;
    const auto before = snapshot_of(world);
    later();
    try {
      EXPECT_THAT(errors_of(plan(group_kind, state, given).diagnostics), HasSubstr(words)) << given;
    } catch (const Error& error) {  // as Terraform is told it
      EXPECT_THAT(error.message(), HasSubstr(words)) << given;
    }
    EXPECT_EQ(snapshot_of(world), before);
  };
  lacks(pftest({{"networks", {"bridge=br-none"}}}), "no bridge 'br-none'");
  lacks(pftest({{"networks", {"nat=missing"}}}), "no network 'missing'");
  lacks(pftest({{"virt_type", "kvm"}}), "offers no KVM");
  lacks(pftest(Value::object(), {{"memory", 99'999'999}}), "the host has");
  lacks(pftest(Value::object(), {{"cpus", 300}}), "300 CPUs are more");
  lacks(pftest({{"networks", {"user"}}}, {{"cpus", 300}}), "300 CPUs are more");
}

TEST_F(HostNeeds, ANetworkIsThereOrMadeByTheSamePlan) {
  provider.begin_walk();
  plan_beside("nocloud_network", nullptr, {{"name", "testnet"}});
  const Value networks{{"networks", {"nat=testnet"}}};
  EXPECT_EQ(errors_of(plan_beside(vm_kind, nullptr, web00(networks)).diagnostics), "");
  EXPECT_EQ(errors_of(plan_beside(group_kind, nullptr, pftest(networks, {{"name", "db"}})).diagnostics), "");
}

TEST_F(HostNeeds, WhatIsNotKnownYetIsNotLookedAt) {
  const Value open{{"networks", Value::array({unknown()})}, {"virt_type", unknown()}};
  EXPECT_EQ(errors_of(found(vm_kind, web00(open))), "");
  EXPECT_EQ(errors_of(found(vm_kind, web00({{"networks", unknown()}, {"cpus", unknown()}}))), "");
  EXPECT_EQ(errors_of(found(group_kind, pftest(open))), "");
}

}  // namespace
}  // namespace nocloud::test
