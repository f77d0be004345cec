#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/typed.hpp"
#include "terraform_shim/provider/provider.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {

/// A host, and a provider that is asked as Terraform asks: each plan is applied as it was planned, and what
/// was planned must come out.
class Stage : public Scene {
 public:
  using Value = terraform::Value;

  Stage() { provider.configure(provider.schema().nothing()); }

  /// The process was killed, and the next command begins another.
  void killed() {
    process_.emplace(connector(me.context()), me.reporter);
    provider.configure(provider.schema().nothing());
  }
  /// Terraform ends in order, and the next command begins another process.
  void next_command() {
    provider.confirm_answered();
    killed();
  }

  /// A configuration of this type with what is left out null.
  Value config(const std::string& type, const Value& given) const {
    auto config = provider.resources().at(type)->schema().nothing();
    config.update(given);
    return config;
  }

  /// A plan of its own, as of another command.
  terraform::PlanAnswer plan(const std::string& type, const Value& prior, const Value& given) {
    provider.begin_walk();
    return plan_beside(type, prior, given);
  }
  /// A plan of one resource more in the same command; `handed_on` as by the plan of what it replaces.
  terraform::PlanAnswer plan_beside(const std::string& type, const Value& prior, const Value& given,
                                    const std::string& handed_on = {}) {
    return provider.plan(type, prior, config(type, given), handed_on);
  }

  /// Lets the provider's listing of VMs grow old, as between two commands.
  void later() { me.clock.sleep(std::chrono::seconds(10), {}); }

  /// What `terraform apply` does to one resource: refresh, plan, apply, replacement included.
  terraform::StateAnswer apply(const std::string& type, Value state, const Value& given) {
    later();
    state = provider.read(type, state).state;
    auto planned = plan(type, state, given);
    if (!planned.replaced.empty()) {
      planned = plan_beside(type, nullptr, given, planned.handed_on);
      EXPECT_EQ(errors_of(planned.diagnostics), "");
      state = provider.apply(type, state, nullptr).state;
      EXPECT_TRUE(state.is_null());
    }
    if (has_errors(planned.diagnostics)) return {.state = state, .diagnostics = planned.diagnostics};
    if (planned.planned == state) return {.state = state};
    auto done = provider.apply(type, state, planned.planned);
    EXPECT_TRUE(terraform::is_wholly_known(done.state)) << done.state;
    if (!has_errors(done.diagnostics)) expect_promised(planned.planned, done.state);
    return done;
  }

  /// The same, of what must succeed, and then leaves nothing to be done.
  Value applied(const std::string& type, const Value& state, const Value& given) {
    auto done = apply(type, state, given);
    EXPECT_EQ(errors_of(done.diagnostics), "");
    EXPECT_EQ(provider.read(type, done.state).state, done.state);
    EXPECT_EQ(plan(type, done.state, given).planned, done.state);
    return done.state;
  }

  static terraform::Connect connector(const Context& context) {
    return [&context](const std::optional<std::string>&, Reporter&,
                      const std::stop_token&) -> std::unique_ptr<terraform::Connection> {
      return std::make_unique<FakeConnection>(context);
    };
  }

  static std::string errors_of(const terraform::Diagnostics& diagnostics) {
    std::string text;
    for (const auto& each : diagnostics) {
      if (each.severity == terraform::Diagnostic::Severity::error) text += each.summary + "\n";
    }
    return text;
  }
  static std::string summaries_of(const terraform::Diagnostics& diagnostics) {
    std::string text;
    for (const auto& each : diagnostics) text += each.summary + "\n";
    return text;
  }
  static std::vector<std::string> replaced_by(const terraform::PlanAnswer& plan) {
    std::vector<std::string> names;
    for (const auto& path : plan.replaced) {
      names.push_back(std::get<terraform::Path::Attribute>(path.steps.at(0)).name);
    }
    return names;
  }

 private:
  /// A connection to the fake host, as the caller `me`.
  class FakeConnection final : public terraform::Connection {
   public:
    explicit FakeConnection(const Context& context) : context_(context) {}
    const Context& context() const override { return context_; }
    const Invocation& settings() const override { return settings_; }

   private:
    const Context& context_;
    Invocation settings_ = typed({{"virt-type", "qemu"}});
  };

  static void expect_promised(const Value& planned, const Value& state) {
    for (const auto& [name, value] : planned.items()) {
      if (!terraform::is_wholly_known(value)) continue;
      EXPECT_EQ(state.at(name), value) << name;
    }
  }

  std::optional<terraform::Provider> process_{std::in_place, connector(me.context()), me.reporter};

 public:
  terraform::Provider& provider = *process_;
};

}  // namespace nocloud::test
