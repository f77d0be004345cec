#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "nocloud/base/error.hpp"

namespace nocloud {

/// A line of a text that a user wrote.
struct SourceLine {
  /// The file, as messages name it.
  std::string_view file;
  /// Counts from 1.
  std::size_t number;
  std::string_view text;
};

/// A place in a text that a user wrote, to be told of later.
struct SourcePlace {
  std::string file;
  std::size_t number = 0;
  std::string text;
  /// Bytes in the line.
  std::size_t offset = 0;

  bool operator==(const SourcePlace&) const = default;
};

SourcePlace place_in(const SourceLine& line, std::size_t offset);

/// The same error, told at a byte of the line: "FILE:LINE:COLUMN: MESSAGE", the line, and a caret under the
/// column. Columns count characters from 1; what would move a terminal's cursor is shown escaped.
Error error_at(const SourceLine& line, std::size_t offset, const Error& error);
Error error_at(const SourcePlace& place, const Error& error);

}  // namespace nocloud
