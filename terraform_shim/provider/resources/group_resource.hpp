#pragma once

#include <memory>

#include "terraform_shim/provider/resources/resource.hpp"

namespace nocloud::terraform {

/// `nocloud_group`: all VMs of a group, kept as a description has them.
std::unique_ptr<Resource> group_resource();

}  // namespace nocloud::terraform
