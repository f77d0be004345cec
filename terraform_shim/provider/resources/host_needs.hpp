#pragma once

#include "nocloud/ops/converge/instantiate.hpp"
#include "terraform_shim/provider/resources/resource.hpp"

// What the VMs of a plan need of the host. An apply removes first what it replaces, so a plan has to know.

namespace nocloud::terraform {

/// Adds to the plan of one VM what the host lacks for it, each at the attribute that asks for it. What is not
/// known yet is not looked at.
void check_host_for_vm(const Session& session, Plan& plan);

/// Throws what the host lacks for these VMs: Error{not_found}, {unavailable}. A template or network that the
/// same plan makes is not missing.
void require_host_for(const Session& session, const InstantiateRequest& making);

/// The host has these networks, or the same plan makes them. Throws Error{not_found}, {unavailable}.
void require_networks(const Session& session, const NetworkList& networks);

}  // namespace nocloud::terraform
