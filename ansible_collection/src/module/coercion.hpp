#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "ansible_collection/src/module/module_spec.hpp"

namespace nocloud::ansible {

/// As Ansible's documentation and messages name it: str, path, bool, int, list, dict.
std::string_view word_for(ArgumentType type);

/// The value's type as Python calls it: "<class 'str'>".
std::string python_class(const nlohmann::json& value);

/// The value as Ansible would convert it; a list's elements stay as they are. Throws Error{invalid_input}:
/// "<class 'str'> cannot be converted to an int". Values are cited only where `secrecy` is open.
nlohmann::json coerced(const nlohmann::json& value, ArgumentType type, ArgumentSpec::Secrecy secrecy);

/// JSON that is nested no deeper than what a module could be given. Throws
/// Error{invalid_input} that cites nothing of it.
nlohmann::json shallow_json(std::string_view text);

/// Text that a user gave, fit for a message and not too long for it.
std::string told(std::string_view text);

}  // namespace nocloud::ansible
