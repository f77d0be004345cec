#include "nocloud/model/spec/source_place.hpp"

#include <gtest/gtest.h>

namespace nocloud {
namespace {

using namespace std::string_view_literals;

struct PlaceCase {
  std::string_view line;
  std::size_t offset;
  std::string_view told;
};

const PlaceCase places[] = {
    {"abc", 0, "f:3:1: bad\nabc\n^"},
    {"abc", 2, "f:3:3: bad\nabc\n  ^"},
    {"abc", 3, "f:3:4: bad\nabc\n   ^"},
    {"", 0, "f:3:1: bad\n\n^"},
    {"\ta\tb", 3, "f:3:4: bad\n a b\n   ^"},
    {"grün=x", 6, "f:3:6: bad\ngrün=x\n     ^"},
    {"a\x1b[2J=x", 6, "f:3:7: bad\na\\x1b[2J=x\n         ^"},
    {"a\0b"sv, 2, "f:3:3: bad\na\\x00b\n     ^"},
    {"a\xff\xfe"sv, 2, "f:3:3: bad\na\\xff\\xfe\n     ^"},
    {"ab\r", 1, "f:3:2: bad\nab\\x0d\n ^"},
};

TEST(ErrorAt, puts_the_caret_under_the_place) {
  for (const auto& [line, offset, told] : places) {
    EXPECT_EQ(error_at({"f", 3, line}, offset, Error(ErrorKind::conflict, "bad")).message(), told);
  }
}

TEST(ErrorAt, keeps_kind_and_hint) {
  const auto error = error_at({"f", 1, "x"}, 0, Error(ErrorKind::conflict, "bad", "Do this."));
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_EQ(error.hint(), "Do this.");
}

TEST(ErrorAt, shows_a_long_line_around_the_place_only) {
  const std::string line = std::string(200, 'a') + "X" + std::string(200, 'b');
  EXPECT_EQ(error_at({"f", 1, line}, 200, Error(ErrorKind::failed, "bad")).message(),
            "f:1:201: bad\n…" + std::string(60, 'a') + "X" + std::string(39, 'b') + "…\n" +
                std::string(61, ' ') + "^");
}

TEST(ErrorAt, does_not_trust_the_files_name) {
  EXPECT_EQ(error_at({"a\nb", 1, ""}, 0, Error(ErrorKind::failed, "bad")).message(), "a\\x0ab:1:1: bad\n\n^");
}

}  // namespace
}  // namespace nocloud
