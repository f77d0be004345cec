#pragma once

#include "nocloud/model/vm.hpp"

namespace nocloud::test {

inline VmSummary summary_of(const VmDefinition& vm) {
  return {vm.name, vm.group, vm.type, vm.template_name, vm.owner, vm.complete};
}

}  // namespace nocloud::test
