#pragma once

#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "nocloud/model/template.hpp"
#include "nocloud/model/vm.hpp"

// What nocloud keeps of its own in a domain's <metadata>. Anybody may read it: no secret is ever in it.
// Name, memory, CPUs and kind of virtualisation are in the domain's own elements, and only there.

namespace nocloud {

inline constexpr const char* vm_record_uri = "urn:nocloud:vm:1";
inline constexpr const char* template_record_uri = "urn:nocloud:template:1";
/// The highest version of a record that this release reads. A record without the attribute `version` has
/// version 1, which is all that this release writes. A release raises it only where the one before would
/// misread the record.
inline constexpr unsigned record_version = 1;
/// The prefix of both in the XML that nocloud writes; other programs may choose another.
inline constexpr const char* record_prefix = "nocloud";

void append_record(pugi::xml_node metadata, const VmDefinition& definition);
void append_record(pugi::xml_node metadata, const Template& definition);

enum class Completeness { whole, unfinished };
/// A VM's record as libvirt hands it out, marked whole or unfinished, fit to be set again.
std::string marked_record(std::string_view record_xml, Completeness completeness);
/// The same with the run that has yet to confirm the VM; empty for none.
std::string record_unconfirmed_by(std::string_view record_xml, const std::string& run);

}  // namespace nocloud
