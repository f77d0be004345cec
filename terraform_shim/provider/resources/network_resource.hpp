#pragma once

#include <memory>

#include "terraform_shim/provider/resources/resource.hpp"

namespace nocloud::terraform {

/// `nocloud_network`.
std::unique_ptr<Resource> network_resource();

}  // namespace nocloud::terraform
