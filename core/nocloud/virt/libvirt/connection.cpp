#include "nocloud/virt/libvirt/connection.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/advice.hpp"
#include "nocloud/virt/libvirt/event_loop.hpp"

namespace nocloud {
namespace {

/// A remote host that says nothing for this long is lost: 5 seconds, three times.
constexpr int keep_alive_interval = 5;
constexpr unsigned keep_alive_count = 3;

void keep_silent(void* /*data*/, virErrorPtr /*error*/) {}

/// libvirt's messages may hold a whole log of QEMU's.
std::string in_one_line(std::string_view message) {
  std::string line;
  for (const auto part : split(message, '\n')) {
    if (trimmed(part).empty()) continue;
    if (!line.empty()) line += "; ";
    line += trimmed(part);
  }
  constexpr std::size_t limit = 1000;
  if (line.size() > limit) line = line.substr(0, limit) + "…";
  return printable(line);
}

}  // namespace

Fault last_fault() {
  const auto* error = virGetLastError();
  if (error == nullptr) return {};
  return {.code = error->code, .message = error->message == nullptr ? "" : error->message};
}

Connection::Connection(const std::string& uri, Events events) : uri_(uri), place_(read_connection_uri(uri)) {
  // libvirt writes every error to stderr, also those that are answers to us.
  virSetErrorFunc(nullptr, keep_silent);
  if (!place_.local || events == Events::wanted) ensure_event_loop();
  connection_.reset(virConnectOpen(uri.c_str()));
  if (!connection_) {
    const auto fault = last_fault();
    throw Error(ErrorKind::unavailable,
                fmt::format("cannot connect to libvirt at {}: {}", cited(uri), in_one_line(fault.message)),
                advice_on_connecting(uri, place_, fault));
  }
  // Not every driver has keep-alive messages, and those that lack them need none.
  if (!place_.local) virConnectSetKeepAlive(connection_.get(), keep_alive_interval, keep_alive_count);
  const TextHandle resolved(virConnectGetURI(connection_.get()));
  if (resolved) uri_ = without_usual_transport(resolved.get());
}

Error Connection::error(std::string_view what, const Fault& fault, ErrorKind kind) const {
  if (virConnectIsAlive(connection_.get()) == 0) {
    return {ErrorKind::unavailable,
            fmt::format("{}: the connection to libvirt at {} is lost: {}", what, cited(uri_),
                        in_one_line(fault.message)),
            "Look whether libvirt's daemon runs there, and run the same command again."};
  }
  const auto advice = advice_on(fault);
  return {kind == ErrorKind::failed ? advice.kind : kind,
          fmt::format("{}: {}", what, in_one_line(fault.message)), std::string(advice.remedy)};
}

}  // namespace nocloud
