#pragma once

#include <string>
#include <string_view>

#include "nocloud/base/process/process.hpp"
#include "nocloud/ssh/endpoint.hpp"

namespace nocloud {

// The way through the machine `via` of an endpoint. OpenSSH's client takes it, with the user's own
// configuration: the user knows how to reach that machine. Neither an agent nor a port is forwarded, and
// nothing is asked. Both throw Error{invalid_input} as check_endpoint does.

/// The program whose standard input and output are a connection to the endpoint. `log_level` is how much
/// it says on standard error, as LogLevel of ssh_config(5).
Arguments hop_arguments(const Endpoint& endpoint, std::string_view log_level);

/// The same as the value of ProxyCommand: quoted for the shell that ssh gives it to.
std::string proxy_command(const Endpoint& endpoint);

}  // namespace nocloud
