#pragma once

#include <string>
#include <string_view>

#include "nocloud/base/error.hpp"
#include "nocloud/model/connection_uri.hpp"
#include "nocloud/virt/libvirt/handles.hpp"

namespace nocloud {

/// Why libvirt's last call in this thread failed.
struct Fault {
  int code = 0;
  std::string message;
};
/// To be taken on the line after the call: libvirt forgets it with the next call, even with a `…Free`.
Fault last_fault();

/// An open connection to libvirt, for any number of threads.
class Connection {
 public:
  /// Whether events are to come by it.
  enum class Events { none, wanted };
  /// Throws Error{unavailable} with the remedy.
  explicit Connection(const std::string& uri, Events events = Events::none);

  virConnectPtr get() const noexcept { return connection_.get(); }
  const std::string& uri() const noexcept { return uri_; }
  const ConnectionUri& place() const noexcept { return place_; }

  /// "WHAT: libvirt's words": Error{unavailable} if the connection is lost, else of the kind given, or
  /// of the kind that a usual fault has.
  Error error(std::string_view what, const Fault& fault, ErrorKind kind = ErrorKind::failed) const;

 private:
  std::string uri_;
  ConnectionUri place_;
  Handle<virConnect, virConnectClose> connection_;
};

}  // namespace nocloud
