#pragma once

namespace nocloud {

/// Has libvirt's event loop run, of which a process has one: from the first call on, to the process's end, in
/// a thread of its own. Connections that are opened after that are told of events, and send and answer
/// keep-alive messages, so that a host that is gone becomes an error and not a hang. Each of their calls
/// costs a little more.
void ensure_event_loop();

}  // namespace nocloud
