#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// A digest of a machine's id, 32 hexadecimal digits. The id itself is confidential (machine-id(5)). Empty if
/// the text, the content of /etc/machine-id, is no id.
std::string machine_digest(std::string_view text);

/// That of this machine; empty if it has no id.
std::string this_machine();

}  // namespace nocloud
