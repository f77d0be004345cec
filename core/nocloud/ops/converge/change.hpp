#pragma once

#include <string_view>

namespace nocloud {

/// What an operation did to a VM, or would do.
enum class Change { none, created, started };
/// "already there", "created", "started".
std::string_view word_for(Change change);

}  // namespace nocloud
