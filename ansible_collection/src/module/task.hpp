#pragma once

#include <string_view>

#include "ansible_collection/src/module/arguments.hpp"
#include "ansible_collection/src/module/module_spec.hpp"

namespace nocloud::ansible {

/// A task as Ansible hands it to a module.
struct Task {
  Arguments arguments;
  enum class Effect { real, check } effect = Effect::real;
  enum class Diff { none, shown } diff = Diff::none;
};

/// The largest file of arguments that is read.
inline constexpr std::size_t largest_task = std::size_t{8} << 20U;

/// Reads a JSON object of arguments as Ansible would by this declaration. Throws Error{invalid_input} or
/// Error{usage}, in Ansible's words.
Task read_task(const ModuleSpec& spec, std::string_view text);

}  // namespace nocloud::ansible
