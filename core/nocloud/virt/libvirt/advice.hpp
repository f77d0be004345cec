#pragma once

#include <string>
#include <string_view>

#include "nocloud/base/error.hpp"
#include "nocloud/model/connection_uri.hpp"

namespace nocloud {

struct Fault;

/// What a user can do about a connection that can't be made.
std::string advice_on_connecting(const std::string& uri, const ConnectionUri& place, const Fault& fault);

/// What a user can do about a fault, and its kind.
struct Advice {
  /// Empty if nothing is known.
  std::string_view remedy = {};
  ErrorKind kind = ErrorKind::failed;
};

/// Of the faults that are usual.
Advice advice_on(const Fault& fault);

}  // namespace nocloud
