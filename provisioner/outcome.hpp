#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/app/program.hpp"

namespace nocloud {

/// The exit status of a run over many VMs: that of the first error, an interruption before all others; 0
/// without any. Prints each error.
template <class Results>
int conclude(std::string_view program, const Results& results) {
  std::optional<ErrorKind> worst;
  for (const auto& result : results) {
    if (!result.error) continue;
    print_error(program, *result.error);
    if (!worst || result.error->kind() == ErrorKind::interrupted) worst = result.error->kind();
  }
  return worst ? static_cast<int>(*worst) : 0;
}

/// The error as programs get it; null for none.
nlohmann::json error_json(const std::optional<Error>& error);

}  // namespace nocloud
