#pragma once

#include <string>

#include "nocloud/virt/connection_uri.hpp"

namespace nocloud {

struct Fault;

/// What a user can do about a connection that can't be made.
std::string advice_on_connecting(const std::string& uri, const ConnectionUri& place, const Fault& fault);

/// What a user can do about the faults that are usual; empty for others.
std::string advice_on(const Fault& fault);

}  // namespace nocloud
