#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace nocloud {

/// Gives the next bytes, at most `most`; empty at the end.
using ByteSource = std::function<std::string(std::size_t most)>;

/// Takes the next bytes.
using ByteSink = std::function<void(std::string_view bytes)>;

}  // namespace nocloud
