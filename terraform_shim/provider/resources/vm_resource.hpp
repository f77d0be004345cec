#pragma once

#include <memory>

#include "terraform_shim/provider/resources/resource.hpp"

namespace nocloud::terraform {

/// `nocloud_vm`: one VM, kept as it is described.
std::unique_ptr<Resource> vm_resource();

/// The plan beyond the schema: what makes only another VM do, and what a restart may change.
void refine_vm_plan(Plan& plan);

}  // namespace nocloud::terraform
