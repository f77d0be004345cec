#pragma once

#include <optional>
#include <string_view>

#include "nocloud/model/template.hpp"
#include "nocloud/model/vm.hpp"

namespace nocloud {

/// The VM that a domain's XML describes (its state is not in there), or nothing if the domain is not
/// nocloud's. Throws Error{invalid_input}, naming domain and remedy, if the record was made unreadable.
std::optional<Vm> vm_from_domain(std::string_view domain_xml);

/// The same in short, from the record alone; its UUID is not in there. Throws where the record is unreadable,
/// also in what the summary leaves out.
VmSummary vm_summary_from_record(std::string_view domain_name, std::string_view record_xml);

/// The name that the VM was made with, by its record, whether the rest of that is readable or not. Empty
/// where the record does not tell.
std::string vm_made_as(std::string_view domain_xml);

/// The same as `vm_from_domain` for a template.
std::optional<Template> template_from_domain(std::string_view domain_xml);

}  // namespace nocloud
