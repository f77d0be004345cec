#include "nocloud/ops/survey/unreadable_vm.hpp"

namespace nocloud {

void refuse_unreadable(const std::vector<Unreadable>& unreadable, std::string_view name,
                       std::string_view uuid) {
  for (const auto& found : unreadable) {
    if (found.kind != Unreadable::Kind::vm) continue;
    const bool meant = uuid.empty() ? found.name == name || found.made_as == name : found.uuid == uuid;
    if (meant) throw Error(found.error);
  }
}

void refuse_unreadable(Hypervisor& hypervisor, std::string_view name, std::string_view uuid) {
  refuse_unreadable(hypervisor.unreadable({}), name, uuid);
}

}  // namespace nocloud
