#pragma once

#include <stop_token>
#include <string_view>

namespace nocloud {

/// Whether there is somebody at a terminal to be asked.
bool can_ask();

/// Asks on standard error; true for "y" or "yes". Throws Error{interrupted} if asked to stop before there is
/// an answer.
bool agrees(std::string_view question, const std::stop_token& stop);

}  // namespace nocloud
