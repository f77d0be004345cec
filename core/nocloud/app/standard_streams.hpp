#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace nocloud {

/// Opens each standard stream that the caller has closed in a way that it can't be used: else the next file
/// or connection would take its number, and receive what is printed. A closed pipe becomes an error of
/// write(), not a sudden death.
void settle_standard_streams();

/// All of standard input. Throws Error{invalid_input} if that is more than `most` bytes.
std::string standard_input(std::size_t most);

/// Runs the body, and throws Error{failed} unless all that it printed has arrived: a full disk is no success.
int flushed(const std::function<int()>& body);

}  // namespace nocloud
