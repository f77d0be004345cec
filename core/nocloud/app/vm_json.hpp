#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// A VM as programs get it from every front end: the same keys always, null where nothing is known.
nlohmann::json vm_json(const LocatedVm& located);

/// A VM of which only this is known.
nlohmann::json unreadable_vm_json(const Unreadable& found);

/// JSON as one line of valid UTF-8: bytes that are not are replaced.
std::string json_line(const nlohmann::json& value);

/// JSON on standard output, indented. Bytes that are not UTF-8 are replaced.
void print_json(const nlohmann::json& value);

}  // namespace nocloud
