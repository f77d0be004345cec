#pragma once

#include <memory>
#include <string>

#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/ssh/endpoint.hpp"

namespace nocloud {

/// A byte stream to an endpoint that is made and used without ever blocking: a TCP connection or, where the
/// endpoint holds on another machine, `ssh -W` to that machine.
class Stream {
 public:
  /// Begins to connect. Throws Error{invalid_input} unless the endpoint is an IP address: nothing here waits
  /// for a name server.
  explicit Stream(const Endpoint& endpoint);

  enum class State { connecting, connected, failed };
  /// Looks whether the connection has come about.
  State state();
  /// Why it failed, as errno has it.
  int error() const noexcept { return error_; }
  /// What a program that makes the connection said on its standard error, the last of it, in one line.
  std::string complaint();
  /// For poll(); ready to write when a connection has come about or failed.
  int fd() const noexcept { return process_ ? process_->socket() : socket_.get(); }

 private:
  void begin_tcp(const Endpoint& endpoint);
  void begin_process(const Endpoint& endpoint);

  Fd socket_;
  std::unique_ptr<PipedProcess> process_;
  State state_ = State::connecting;
  int error_ = 0;
};

/// Whether connections to the endpoint may be accepted by something that relays them to the guest, so that
/// an accepted connection proves nothing: a forwarded port on this machine, or a machine in between.
bool may_be_relayed(const Endpoint& endpoint);

}  // namespace nocloud
