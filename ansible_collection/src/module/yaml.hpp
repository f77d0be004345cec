#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace nocloud::ansible {

/// A value as YAML in block style. Text that needs it is quoted as JSON quotes it, which YAML reads alike.
std::string yaml_text(const nlohmann::ordered_json& value);

}  // namespace nocloud::ansible
