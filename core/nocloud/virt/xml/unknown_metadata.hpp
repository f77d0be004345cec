#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// The domain's XML that is to replace `present`, with all that this release does not know in the <metadata>
/// of the latter: other programs' elements, and what a newer release put into nocloud's own record.
std::string with_unknown_metadata(std::string_view domain_xml, std::string_view present);

}  // namespace nocloud
