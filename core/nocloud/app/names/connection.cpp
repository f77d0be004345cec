#include "nocloud/app/names/connection.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

namespace nocloud {
namespace {

/// Of libvirtd, and of virtqemud where each driver has a daemon of its own.
constexpr std::array<const char*, 2> system_sockets{"/run/libvirt/libvirt-sock",
                                                    "/run/libvirt/virtqemud-sock"};

/// Root never falls back on a session of its own; see System.
bool may_use_system() {
  return ::getuid() == 0 ||
         std::ranges::any_of(system_sockets, [](const char* path) { return ::access(path, W_OK) == 0; });
}

}  // namespace

std::optional<std::string> chosen_uri(const Invocation& invocation) {
  if (auto uri = invocation.value("connect")) return uri;
  const char* configured = std::getenv("LIBVIRT_DEFAULT_URI");
  if (configured != nullptr && *configured != '\0') return configured;
  return std::nullopt;
}

std::string likely_uri(const Invocation& invocation) {
  return chosen_uri(invocation).value_or(may_use_system() ? system_uri : session_uri);
}

}  // namespace nocloud
