// A destroy plans first what would be made anew: what the host lacks for that must not stop it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/virt/domain_names.hpp"
#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::Diagnostics;
using testing::AllOf;
using testing::HasSubstr;

const std::string one_type = "nocloud_vm";
const std::string several_type = "nocloud_group";

class Gone : public testing::Test, protected Stage {
 protected:
  static Value vm(const char* name = "web00", const char* source = "debian12") {
    return {{"name", name}, {"template", source}, {"networks", {"bridge=br0"}}};
  }
  static Value group(unsigned count, const char* source = "debian12") {
    return {{"name", "pftest"},
            {"networks", {"bridge=br0"}},
            {"wait_for", "none"},
            {"lines", Value::array({{{"template", source},
                                     {"count", count},
                                     {"type", nullptr},
                                     {"name", "web"},
                                     {"memory", nullptr},
                                     {"cpus", nullptr},
                                     {"disks", nullptr}}})}};
  }
  Value made(const std::string& type, Value given) {
    given["wait_for"] = "none";
    return apply(type, nullptr, given).state;
  }
  /// What others did before the command that is to come.
  void lose_bridge() { world.interfaces[BridgeName::parse("br0")] = HostInterface::none; }
  void lose_template() { world.domains.erase(template_domain(debian12().name)); }
  void lose_vm(const char* name) {
    for (const auto& vm : vms_to_stop(me.context(), {.names = {VmName::parse(name)}})) {
      remove(me.context(), {vm});
    }
  }
  /// A refresh and the plan after it, in a process of their own.
  Diagnostics refreshed(const std::string& type, const Value& state, Value given) {
    given["wait_for"] = "none";
    next_command();
    later();
    const auto now = provider.read(type, state).state;
    return plan_beside(type, now, given).diagnostics;
  }
  static void expect_warning(const Diagnostics& found, const char* words) {
    EXPECT_EQ(errors_of(found), "");
    EXPECT_THAT(summaries_of(found), AllOf(HasSubstr(words), HasSubstr("the apply will fail")));
  }
};

TEST_F(Gone, AVmWithItsBridge) {
  const auto state = made(one_type, vm());
  lose_vm("web00");
  lose_bridge();
  expect_warning(refreshed(one_type, state, vm()), "no bridge 'br0'");
  EXPECT_THAT(errors_of(plan_beside(one_type, nullptr, vm("web01")).diagnostics),
              HasSubstr("no bridge 'br0'"))
      << "another is new";
  const auto refused = plan_beside(one_type, nullptr, vm("web02")).diagnostics;
  EXPECT_THAT(refused.front().detail, HasSubstr("`terraform destroy -refresh=false`"));
  EXPECT_EQ(errors_of(provider.apply(one_type, state, nullptr).diagnostics), "");
}

TEST_F(Gone, AVmWithItsTemplate) {
  const auto state = made(one_type, vm());
  lose_vm("web00");
  lose_template();
  expect_warning(refreshed(one_type, state, vm()), "no template 'debian12'");
  next_command();
  EXPECT_THAT(errors_of(plan(one_type, nullptr, vm()).diagnostics), HasSubstr("no template 'debian12'"));
}

TEST_F(Gone, TheApplyFailsAsThePlanHasWarned) {
  const auto state = made(one_type, vm());
  lose_vm("web00");
  lose_bridge();
  refreshed(one_type, state, vm());
  const auto planned = plan_beside(one_type, nullptr, vm());
  EXPECT_THAT(errors_of(provider.apply(one_type, nullptr, planned.planned).diagnostics),
              HasSubstr("no bridge 'br0'"));
  EXPECT_EQ(vm_names(world).size(), 0U);
}

TEST_F(Gone, AGroupWithAllThatItNeeds) {
  const auto state = made(several_type, group(2));
  lose_vm("web00");
  lose_bridge();
  expect_warning(refreshed(several_type, state, group(2)), "no bridge 'br0'");
  lose_template();
  expect_warning(refreshed(several_type, state, group(2)), "no template 'debian12'");
  lose_vm("web01");
  expect_warning(refreshed(several_type, state, group(2)), "no template 'debian12'");
}

TEST_F(Gone, OnlyTheTemplateOfAGroup) {
  const auto state = made(several_type, group(1));
  lose_template();
  expect_warning(refreshed(several_type, state, group(1)), "no template 'debian12'");
}

TEST_F(Gone, WhatIsAskedForAnewIsAnErrorAllTheSame) {
  const auto state = made(several_type, group(2));
  lose_vm("web00");
  EXPECT_THAT(errors_of(refreshed(several_type, state, group(2, "debian21"))), HasSubstr("'debian21'"));
}

TEST_F(Gone, WhatHasItsNameSinceIsAConflict) {
  const auto state = made(one_type, vm());
  lose_vm("web00");
  auto request = request_for({described("web00")});
  request.wait = WaitFor::none;
  instantiate_all(me.context(), request);
  EXPECT_THAT(errors_of(refreshed(one_type, state, vm())), HasSubstr("VM 'web00' already"));
}

}  // namespace
}  // namespace nocloud::test
