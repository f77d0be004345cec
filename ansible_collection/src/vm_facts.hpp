#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "ansible_collection/src/module/module_spec.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud::ansible {

/// A VM that is foreseen, with the keys of every VM; null where nothing is known yet.
nlohmann::json foreseen_facts(const Context& context, const Vm& vm);

/// What a diff shows of a VM, a line each; of one that is not there, that it is absent.
std::string diff_text(const std::optional<Vm>& vm);

/// The keys of a VM, documented.
std::vector<ReturnSpec> vm_returns();

/// The key `vms`, documented, and `timings`.
std::vector<ReturnSpec> vm_list_returns();
ReturnSpec timings_return();

}  // namespace nocloud::ansible
