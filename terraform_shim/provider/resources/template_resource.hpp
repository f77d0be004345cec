#pragma once

#include <memory>

#include "nocloud/model/template.hpp"
#include "terraform_shim/provider/resources/resource.hpp"

namespace nocloud::terraform {

/// `nocloud_template`: what VMs are cloned from, imported or built.
std::unique_ptr<Resource> template_resource();

/// What a template is, for resource and data source alike: id, user, init, memory, cpus and image.
std::vector<Attribute> template_found_attributes();
/// No image where it is broken; warns of that.
Value template_values(const Session& session, const Template& found);

}  // namespace nocloud::terraform
