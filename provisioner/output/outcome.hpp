#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/program/program.hpp"

namespace nocloud {

/// The exit status of a run over many VMs: that of the first error, an interruption before all others; 0
/// without any. Prints each error, and that the run was interrupted once, with the names that it concerns.
template <class Results>
int conclude(std::string_view program, const Results& results) {
  std::optional<ErrorKind> worst;
  std::vector<std::string> interrupted;
  for (const auto& result : results) {
    if (!result.error) continue;
    if (result.error->kind() == ErrorKind::interrupted) {
      interrupted.push_back(result.name.str());
      continue;
    }
    print_error(program, *result.error);
    if (!worst) worst = result.error->kind();
  }
  if (!interrupted.empty()) {
    print_error(program, Error(ErrorKind::interrupted, "interrupted at " + enumerated(interrupted)));
    worst = ErrorKind::interrupted;
  }
  return worst ? static_cast<int>(*worst) : 0;
}

/// The error as programs get it; null for none.
nlohmann::json error_json(const std::optional<Error>& error);

}  // namespace nocloud
