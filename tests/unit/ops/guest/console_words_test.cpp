#include "nocloud/ops/guest/console_words.hpp"

#include <gtest/gtest.h>

namespace nocloud::test {
namespace {

std::string last_of(std::string_view text) {
  ConsoleWords whole;
  whole.feed(text);
  ConsoleWords in_pieces;
  for (const char letter : text) in_pieces.feed({&letter, 1});
  EXPECT_EQ(in_pieces.last(), whole.last());
  return whole.last();
}

TEST(ConsoleWords, GivesTheLastLine) {
  EXPECT_EQ(last_of(""), "");
  EXPECT_EQ(last_of("one"), "one");
  EXPECT_EQ(last_of("one\ntwo\nthr"), "thr");
  EXPECT_EQ(last_of("one\r\n\r\n  \n"), "one");
  EXPECT_EQ(last_of("10%\r20%\r"), "20%");
}

TEST(ConsoleWords, LeavesOutWhatMovesTheCursor) {
  EXPECT_EQ(last_of("\x1b[2J\x1b[1;31mInstalling\x1b[0m the\x1b"
                    "7 kernel\n"),
            "Installing the kernel");
}

TEST(ConsoleWords, MakesTheRestVisible) {
  EXPECT_EQ(last_of("a\x07"
                    "b\xff\n"),
            "a\\x07b\\xff");
}

TEST(ConsoleWords, BoundsALine) {
  EXPECT_LE(last_of(std::string(100'000, 'x') + "\n").size(), 1024U);
}

}  // namespace
}  // namespace nocloud::test
