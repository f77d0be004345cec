#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "ansible_collection/src/module/module.hpp"
#include "nocloud/base/concatenation.hpp"
#include "nocloud/model/network_list.hpp"
#include "nocloud/model/quantity.hpp"
#include "nocloud/model/vm.hpp"
#include "nocloud/ops/converge/foresee.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/ops/vm/wait.hpp"

// What several modules ask for, each declared and read once.

namespace nocloud::ansible {

ArgumentSpec uri_argument();
ArgumentSpec owner_argument();
/// cpus, memory and disks of one VM.
std::vector<ArgumentSpec> shape_arguments();
/// networks, user_data, virt_type, wait_for and timeout.
std::vector<ArgumentSpec> making_arguments();

std::vector<DiskSize> disks_from(const std::vector<std::string>& sizes);
/// For what a task leaves open of new VMs: environment and config file.
NewVmDefaults defaults_of(const ModuleCall& call);
std::optional<NetworkList> networks_of(const ModuleCall& call);
std::optional<VirtType> virt_type_of(const ModuleCall& call);
/// The task's, else the settings'.
std::optional<std::chrono::seconds> timeout_of(const ModuleCall& call);
WaitFor wait_of(const ModuleCall& call);
std::string user_data_of(const ModuleCall& call);
OwnerFilter owner_of(const ModuleCall& call);

}  // namespace nocloud::ansible
