#pragma once

#include "terraform_shim/provider/schema/schema.hpp"

namespace nocloud::terraform {

/// The schema of `nocloud_group`.
const Block& group_block();

}  // namespace nocloud::terraform
