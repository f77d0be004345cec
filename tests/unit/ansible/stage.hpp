#pragma once

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "ansible_collection/src/module/module.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {

/// A host, and modules that are run on it one after the other, as Ansible would.
class Stage : public Scene {
 public:
  ansible::ModuleResult run(const ansible::Module& module, const nlohmann::json& arguments,
                            const Invocation& settings = {{}, {}}) {
    const auto task = ansible::read_task(module.spec, arguments.dump());
    return module.run({.context = me.context(), .task = task, .settings = settings});
  }
  ansible::ModuleResult check(const ansible::Module& module, nlohmann::json arguments,
                              const Invocation& settings = {{}, {}}) {
    arguments["_ansible_check_mode"] = true;
    return run(module, arguments, settings);
  }

  /// The result of a run, which was foretold by a check that touched nothing.
  ansible::ModuleResult run_foretold(const ansible::Module& module, const nlohmann::json& arguments) {
    const auto before = calls_that_change();
    const auto foretold = check(module, arguments);
    EXPECT_EQ(calls_that_change(), before) << arguments;
    auto done = run(module, arguments);
    EXPECT_EQ(foretold.changed, done.changed) << arguments;
    EXPECT_EQ(text_of(foretold.diff), text_of(done.diff)) << arguments;
    EXPECT_EQ(text_of(foretold.error), text_of(done.error)) << arguments;
    EXPECT_EQ(calls_that_change() > before, done.changed) << arguments;
    return done;
  }

 private:
  static std::string text_of(const std::optional<Error>& error) {
    return error ? error->message() + "\n" + error->hint() : "";
  }
  static std::string text_of(const std::optional<ansible::Diff>& diff) {
    return diff ? diff->subject + "\n" + diff->before + "\n" + diff->after : "";
  }
  std::size_t calls_that_change() const {
    std::size_t count = 0;
    for (const auto* name : {"define_vm", "redefine_vm", "start_vm", "shut_down_vm", "force_off_vm",
                             "undefine_vm", "create_volume", "delete_volume", "claim_address",
                             "define_template", "redefine_template", "undefine_template", "define_network"}) {
      count += me.hypervisor.count_of(name);
    }
    return count;
  }
};

}  // namespace nocloud::test
