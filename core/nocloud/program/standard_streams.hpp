#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace nocloud {

/// Opens each standard stream that the caller has closed in a way that it can't be used: else the next file
/// or connection would take its number, and receive what is printed. A closed pipe becomes an error of
/// write(), not a sudden death.
void settle_standard_streams();

/// Writes on standard error. Never throws: a terminal that was closed, a pipe that nobody reads or a full
/// disk takes the text away, and the work goes on. The only way to standard error; fmt::print would throw.
void write_to_stderr(std::string_view text) noexcept;

/// The same, formatted.
template <class... Values>
void print_to_stderr(fmt::format_string<Values...> format, Values&&... values) {
  write_to_stderr(fmt::format(format, std::forward<Values>(values)...));
}

/// Writes on standard output in the middle of work. Never throws: `flushed` tells at the end that it failed.
void write_to_stdout(std::string_view text) noexcept;

/// All of standard input. Throws Error{invalid_input} if that is more than `most` bytes.
std::string standard_input(std::size_t most);

/// Runs the body, and throws Error{failed} unless all that it printed has arrived: a full disk is no success.
int flushed(const std::function<int()>& body);

}  // namespace nocloud
