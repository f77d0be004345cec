#pragma once

#include <string>
#include <vector>

#include "nocloud/model/network_list.hpp"
#include "nocloud/ops/vm/wait.hpp"
#include "terraform_shim/provider/resources/resource.hpp"

// How VMs are made and waited for, which single VMs and groups are told alike: declared and read once.

namespace nocloud::terraform {

Attribute name_attribute(std::string description, void (*check)(const Value& value));
Attribute memory_attribute();
Attribute cpus_attribute();
Attribute disks_attribute();
/// user_data, wait_for and timeout.
std::vector<Attribute> making_attributes();
/// network and virt_type, of resources and of the provider.
Attribute networks_attribute();
Attribute virt_type_attribute();

std::vector<DiskSize> disks_of(const Fields& fields);
std::optional<NetworkList> networks_of(const Fields& fields);
std::optional<VirtType> virt_type_of(const Fields& fields);
WaitFor wait_of(const Fields& fields);
std::optional<std::chrono::seconds> timeout_of(const Session& session, const Fields& fields);

/// What a VM's record holds of its user-data: null for none, unknown for what is not known yet.
Value user_data_digest(const Value& user_data);

}  // namespace nocloud::terraform
