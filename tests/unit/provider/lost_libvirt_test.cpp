#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/template/make_template.hpp"
#include "nocloud/ops/template/template_source.hpp"
#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::has_errors;
using testing::HasSubstr;
using testing::IsEmpty;

using Moment = FakeHypervisor::Moment;

/// Applies that lose libvirt at their n-th call of it, and what the commands after them do.
class LostLibvirt : public testing::Test, protected Stage {
 protected:
  static inline const std::string vm_type = "nocloud_vm";
  static inline const std::string group_type = "nocloud_group";
  static inline const std::string template_type = "nocloud_template";
  static inline const std::string network_type = "nocloud_network";

  struct Loss {
    terraform::Value state;
    /// Whether the apply came to its n-th call.
    bool came = false;
  };

  /// An apply in another process, which ends in order.
  Loss lose(const std::string& type, const Value& prior, const Value& given, std::size_t call,
            Moment moment) {
    auto victim = another();
    terraform::Provider process(connector(victim.context()), victim.reporter);
    process.configure(process.schema().nothing());
    const auto before = process.read(type, prior).state;
    const auto planned = process.plan(type, before, config(type, given)).planned;
    const auto at = victim.hypervisor.calls().size() + call;
    const Error lost(ErrorKind::unavailable, "the connection to libvirt is lost");
    victim.hypervisor.fail_at(at, lost, moment);
    for (auto later = at + 1; later < at + 500; ++later) victim.hypervisor.fail_at(later, lost);
    auto state = process.apply(type, before, planned).state;
    process.confirm_answered();
    const bool came = victim.hypervisor.calls().size() >= at;
    EXPECT_TRUE(terraform::is_wholly_known(state)) << state;
    return {.state = std::move(state), .came = came};
  }

  /// Calls `then` with the state and the moment of each loss, until an apply comes to its end before it. A
  /// group's calls are many and alike: of them it is every seventh.
  template <class Then>
  void lose_everywhere(
      const std::string& type, const Value& given, Then then,
      const std::function<Value()>& prepare = [] { return Value(); }) {
    for (const auto moment : {Moment::before_effect, Moment::after_effect}) {
      std::size_t call = 1;
      while (true) {
        const auto loss = lose(type, prepare(), given, call, moment);
        if (!loss.came) break;
        SCOPED_TRACE(fmt::format("call {}, {}: {}", call, moment == Moment::after_effect ? "after" : "before",
                                 loss.state.dump()));
        killed();
        then(loss.state, moment);
        clear();
        call += type == group_type ? 7U : 1U;
      }
      EXPECT_GT(call, 2U);
      killed();
      clear();
    }
  }

  void clear() {
    remove_everything(me.context());
    if (world.domains.contains("fresh.template")) delete_template(me.context(), TemplateName::parse("fresh"));
    world.networks.clear();
    later();
    EXPECT_THAT(strays(world), IsEmpty());
  }

  Value destroy(const std::string& type, const Value& state) {
    const auto done = provider.apply(type, state, nullptr);
    EXPECT_EQ(errors_of(done.diagnostics), "");
    return done.state;
  }

  /// A refresh and a destroy, then a destroy without a refresh: neither touches what is there.
  void expect_harmless(const std::string& type, const Value& state) {
    const auto before = snapshot_of(world);
    later();
    EXPECT_TRUE(provider.read(type, state).state.is_null());
    if (!state.is_null()) destroy(type, state);
    EXPECT_EQ(snapshot_of(world), before);
  }

  /// What Terraform does to a resource that is tainted.
  Value replaced(const std::string& type, const Value& state, const Value& given) {
    later();
    const auto found = provider.read(type, state).state;
    const auto planned = plan_beside(type, nullptr, given);
    EXPECT_EQ(errors_of(planned.diagnostics), "");
    if (!found.is_null()) destroy(type, found);
    const auto made = provider.apply(type, nullptr, planned.planned);
    EXPECT_EQ(errors_of(made.diagnostics), "");
    return made.state;
  }

  std::string image() {
    const auto file = home.path() / "fresh.qcow2";
    if (!std::filesystem::exists(file))
      output_of({"qemu-img", "create", "-q", "-f", "qcow2", file.string(), "10M"});
    return file.string();
  }
  Value fresh() { return {{"name", "fresh"}, {"import", image()}}; }
  static Value web00() { return {{"name", "web00"}, {"template", "debian12"}}; }
  static Value line(const std::string& name, unsigned count, const Value& disks) {
    return {{"template", "debian12"}, {"count", count},  {"type", nullptr}, {"name", name},
            {"memory", nullptr},      {"cpus", nullptr}, {"disks", disks}};
  }
  static Value pftest(unsigned webs, const Value& disks = nullptr) {
    return {{"name", "pftest"}, {"lines", {line("web", webs, nullptr), line("db", 1, disks)}}};
  }
};

TEST_F(LostLibvirt, AStrangerOfTheNameIsNotTheResources) {
  lose_everywhere(vm_type, web00(), [&](const Value& state, Moment /*moment*/) {
    clear();
    instantiate_all(me.context(), request_for({described("web00")}));
    expect_harmless(vm_type, state);
    EXPECT_THAT(errors_of(plan(vm_type, nullptr, web00()).diagnostics), HasSubstr("already"));
  });
}

TEST_F(LostLibvirt, AStrangerInTheGroupIsNotTheResources) {
  lose_everywhere(group_type, pftest(1), [&](const Value& state, Moment /*moment*/) {
    clear();
    instantiate_all(me.context(), request_for({described("web00"), described("db00")}));
    expect_harmless(group_type, state);
  });
}

TEST_F(LostLibvirt, AStrangersTemplateIsNotTheResources) {
  lose_everywhere(template_type, fresh(), [&](const Value& state, Moment /*moment*/) {
    clear();
    import_template(me.context(), {.name = TemplateName::parse("fresh"), .user = UserName::parse("debian")},
                    {.disk = image()});
    expect_harmless(template_type, state);
  });
}

TEST_F(LostLibvirt, AStrangersNetworkIsNotTheResources) {
  const Value office{{"name", "office"}};
  lose_everywhere(network_type, office, [&](const Value& state, Moment /*moment*/) {
    EXPECT_TRUE(state.is_null()) << "no record tells whose it is";
    if (world.networks.empty()) return;
    const auto told = plan(network_type, nullptr, office).diagnostics;
    ASSERT_TRUE(has_errors(told));
    EXPECT_THAT(told.front().detail, HasSubstr("A killed apply may have left it. `terraform import"));
  });
}

TEST_F(LostLibvirt, WhatWasMadeIsDestroyed) {
  for (const auto& [type, given] :
       std::map<std::string, Value>{{vm_type, web00()}, {group_type, pftest(2)}, {template_type, fresh()}}) {
    SCOPED_TRACE(type);
    lose_everywhere(type, given, [&, type = type](const Value& state, Moment moment) {
      later();
      auto known = state;
      const int refreshes = moment == Moment::before_effect ? 2 : 0;
      for (int done = 0; done < refreshes; ++done) known = provider.read(type, state).state;
      EXPECT_TRUE(known.is_null() || destroy(type, known).is_null());
      EXPECT_THAT(vm_names(world), IsEmpty());
      EXPECT_FALSE(world.domains.contains("fresh.template"));
      EXPECT_THAT(strays(world), IsEmpty());
    });
  }
}

TEST_F(LostLibvirt, WhatWasMadeIsReplacedByTheNextApply) {
  for (const auto& [type, given] :
       std::map<std::string, Value>{{vm_type, web00()}, {group_type, pftest(2)}, {template_type, fresh()}}) {
    SCOPED_TRACE(type);
    lose_everywhere(type, given, [&, type = type, given = given](const Value& state, Moment /*moment*/) {
      const auto made = replaced(type, state, given);
      EXPECT_EQ(provider.read(type, made).state, made);
      EXPECT_THAT(flaws(world), IsEmpty());
      EXPECT_THAT(strays(world), IsEmpty());
    });
  }
}

TEST_F(LostLibvirt, WhatTheStateHasIsNotTakenOverBeforeItIsDestroyed) {
  std::size_t marked = 0;
  lose_everywhere(vm_type, web00(), [&](const Value& state, Moment /*moment*/) {
    if (state.is_null() || vm_names(world).empty()) return;
    ++marked;
    later();
    provider.read(vm_type, state);
    const auto planned = plan_beside(vm_type, nullptr, web00()).planned;
    const auto refused = provider.apply(vm_type, nullptr, planned);
    EXPECT_THAT(errors_of(refused.diagnostics), HasSubstr("before the old one is destroyed"));
  });
  EXPECT_GT(marked, 2U);
}

TEST_F(LostLibvirt, AGroupsChangeIsRunAgainOrDestroyed) {
  Value before;
  const auto prepare = [&] {
    before = apply(group_type, nullptr, pftest(1, {5, 6})).state;
    next_command();
    return before;
  };
  const auto wanted = pftest(2, {4});  // one more, and one made anew
  lose_everywhere(
      group_type, wanted,
      [&](const Value& state, Moment moment) {
        if (moment == Moment::before_effect) {
          applied(group_type, state, wanted);
          EXPECT_THAT(flaws(world), IsEmpty());
        } else {
          destroy(group_type, state);
          EXPECT_THAT(vm_names(world), IsEmpty());
        }
      },
      prepare);
}

TEST_F(LostLibvirt, AStateWithoutAUuidHasNoSayInWhatIsThere) {
  instantiate_all(me.context(), request_for({described("web00")}));
  make_network(me.context(), NetworkName::parse("office"));
  const auto before = snapshot_of(world);
  for (const auto& [type, name] : std::map<std::string, std::string>{{vm_type, "web00"},
                                                                     {group_type, "pftest"},
                                                                     {template_type, "debian12"},
                                                                     {network_type, "office"}}) {
    SCOPED_TRACE(type);
    auto state = provider.import(type, name);
    type == group_type ? state["vms"]["web00"]["uuid"] = nullptr : state["uuid"] = nullptr;
    later();
    const auto error = refusal_of([&, type = type] { provider.read(type, state); });
    EXPECT_THAT(error.message(), HasSubstr("no UUID"));
    EXPECT_THAT(error.hint(), HasSubstr("terraform state rm"));
    const auto kept = provider.apply(type, state, nullptr);
    EXPECT_THAT(errors_of(kept.diagnostics), HasSubstr("no UUID"));
    EXPECT_EQ(kept.state, state);
    EXPECT_EQ(snapshot_of(world), before);
  }
  world.networks.clear();
  remove_everything(me.context());
}

}  // namespace
}  // namespace nocloud::test
