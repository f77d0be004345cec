#pragma once

#include <map>
#include <string>

#include "terraform_shim/provider/provider.hpp"

namespace nocloud::terraform {

/// The pages of Terraform's registry that document the provider, by their path: "resources/vm.md".
std::map<std::string, std::string> documentation_pages(const Provider& provider);

}  // namespace nocloud::terraform
