#pragma once

#include <string_view>

#include "nocloud/model/name.hpp"

namespace nocloud {

/// Throws Error{conflict}, with the disk and the remedy, unless a VM's domain has the disks that are
/// recorded, each made of the same file. An empty drive counts as it should be.
void refuse_other_disks(const VmName& vm, std::string_view recorded_xml, std::string_view present_xml);

/// The same of the first disk alone.
void refuse_other_first_disk(const VmName& vm, std::string_view recorded_xml, std::string_view present_xml);

}  // namespace nocloud
