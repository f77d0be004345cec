#pragma once

#include "nocloud/program/caller.hpp"

namespace nocloud {

/// Makes sure that qemu:///session means one daemon: with and without XDG_RUNTIME_DIR libvirt uses two
/// sockets, hence two daemons over one configuration that don't see each other's guests. Sets XDG_RUNTIME_DIR
/// where the login's folder is there but not set. Throws Error{unavailable} while both daemons answer.
void pin_session_socket(const Caller& caller);

}  // namespace nocloud
