#include "nocloud/model/spec/source_place.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// How much of a long line is shown before and after the column.
constexpr std::size_t shown_before = 60;
constexpr std::size_t shown_after = 40;

/// A character as a terminal shows it.
struct Cell {
  std::string shown;
  std::size_t width;
};

std::vector<Cell> cells_of(std::string_view text) {
  std::vector<Cell> cells;
  while (!text.empty()) {
    const auto character = first_character(text);
    text.remove_prefix(character.size());
    auto shown = character == "\t" ? " " : printable(character);
    // An escape is as wide as it is long; any other character takes one column.
    const auto width = shown == character ? 1 : shown.size();
    cells.push_back({std::move(shown), width});
  }
  return cells;
}

/// The cells around the column, and the caret below.
std::string drawn(const std::vector<Cell>& cells, std::size_t column) {
  const auto begin = column > shown_before ? column - shown_before : 0;
  const auto end = std::min(cells.size(), column + shown_after);
  std::string line = begin > 0 ? "…" : "";
  std::size_t indent = begin > 0 ? 1 : 0;
  for (auto at = begin; at < end; ++at) {
    line += cells[at].shown;
    if (at < column) indent += cells[at].width;
  }
  if (end < cells.size()) line += "…";
  return fmt::format("{}\n{}^", line, std::string(indent, ' '));
}

}  // namespace

SourcePlace place_in(const SourceLine& line, std::size_t offset) {
  return {.file = std::string(line.file),
          .number = line.number,
          .text = std::string(line.text),
          .offset = offset};
}

Error error_at(const SourcePlace& place, const Error& error) {
  return error_at({place.file, place.number, place.text}, place.offset, error);
}

Error error_at(const SourceLine& line, std::size_t offset, const Error& error) {
  const auto column = cells_of(line.text.substr(0, offset)).size();
  return {error.kind(),
          fmt::format("{}:{}:{}: {}\n{}", printable(line.file), line.number, column + 1, error.message(),
                      drawn(cells_of(line.text), column)),
          error.hint()};
}

}  // namespace nocloud
