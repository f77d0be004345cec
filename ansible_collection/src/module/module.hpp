#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "ansible_collection/src/module/module_spec.hpp"
#include "ansible_collection/src/module/task.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud::ansible {

/// What a module's own code is given.
struct ModuleCall {
  const Context& context;
  const Task& task;
  /// Of environment and config file, for what the task leaves open.
  const Invocation& settings;

  bool only_checks() const { return task.effect == Task::Effect::check; }
};

/// A state before and after, as text.
struct Diff {
  std::string subject;
  std::string before;
  std::string after;
};

struct ModuleResult {
  bool changed = false;
  /// Keys of the result.
  nlohmann::json facts = nlohmann::json::object();
  std::optional<Diff> diff = std::nullopt;
  /// Why the task failed although some of it may have been done.
  std::optional<Error> error = std::nullopt;
};

/// A module: what it says of itself, and what it does.
struct Module {
  ModuleSpec spec;
  ModuleResult (*run)(const ModuleCall& call) = nullptr;
};

}  // namespace nocloud::ansible
