#pragma once

#include <optional>
#include <string>

#include "nocloud/program/tool.hpp"

namespace nocloud {

inline constexpr const char* system_uri = "qemu:///system";
inline constexpr const char* session_uri = "qemu:///session";

/// The connection that was asked for: by --connect, a setting or $LIBVIRT_DEFAULT_URI.
std::optional<std::string> chosen_uri(const Invocation& invocation);

/// The connection that a System most likely makes, without trying.
std::string likely_uri(const Invocation& invocation);

}  // namespace nocloud
