#pragma once

#include <memory>

#include "terraform_shim/provider/resources/resource.hpp"

namespace nocloud::terraform {

/// What is there, whoever manages it.
std::unique_ptr<DataSource> vm_data_source();
std::unique_ptr<DataSource> group_data_source();
std::unique_ptr<DataSource> template_data_source();

}  // namespace nocloud::terraform
