#include "nocloud/base/text.hpp"

#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nocloud {
namespace {

using testing::ElementsAre;

TEST(Trimmed, takes_blanks_off_both_ends) {
  EXPECT_EQ(trimmed(" \t a b \r"), "a b");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed(" \t\r"), "");
  EXPECT_EQ(trimmed("\n a"), "\n a") << "a line feed is no blank";
}

TEST(Split, gives_every_part_also_empty_ones) {
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split("a", ','), ElementsAre("a"));
  EXPECT_THAT(split(",a,,b,", ','), ElementsAre("", "a", "", "b", ""));
}

TEST(ParseNumber, takes_whole_decimal_numbers_only) {
  EXPECT_EQ(parse_number<unsigned>("0"), 0U);
  EXPECT_EQ(parse_number<unsigned>("0042"), 42U);
  EXPECT_EQ(parse_number<std::uint8_t>("255"), 255U);
  EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
  for (const char* bad : {"", " 1", "1 ", "+1", "-1", "1x", "0x10", "1.0", "256", "99999999999999999999"}) {
    EXPECT_EQ(parse_number<std::uint8_t>(bad), std::nullopt) << bad;
  }
}

struct PrintableCase {
  std::string_view text;
  std::string_view shown;
};

using namespace std::string_view_literals;

const PrintableCase printable_cases[] = {
    {"plain text", "plain text"},
    {"Grüße, 世界 🚀", "Grüße, 世界 🚀"},
    {"\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"},
    {"one\ntwo\r\tthree", "one\\x0atwo\\x0d\\x09three"},
    {"nul\0byte"sv, "nul\\x00byte"},
    {"del\x7f", "del\\x7f"},
    {"C1 as UTF-8 \xc2\x9b"
     "31m",
     "C1 as UTF-8 \\xc2\\x9b31m"},
    {"\xc2\xa0", "\xc2\xa0"},
    {"bare C1 \x9b", "bare C1 \\x9b"},
    {"cut \xe4\xb8", "cut \\xe4\\xb8"},
    {"overlong \xc0\xaf", "overlong \\xc0\\xaf"},
    {"overlong \xe0\x80\xaf", "overlong \\xe0\\x80\\xaf"},
    {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
    {"too large \xf4\x90\x80\x80", "too large \\xf4\\x90\\x80\\x80"},
    {"never \xff\xfe", "never \\xff\\xfe"},
    {"right to left \u202e", "right to left \\u{202e}"},
    {"isolate \u2066 \u2069", "isolate \\u{2066} \\u{2069}"},
    {"marks \u200e\u200f\u061c", "marks \\u{200e}\\u{200f}\\u{61c}"},
    {"no width \u200b\u2060\ufeff\u00ad", "no width \\u{200b}\\u{2060}\\u{feff}\\u{ad}"},
    {"a line \u2028 a paragraph \u2029", "a line \\u{2028} a paragraph \\u{2029}"},
    {"a tag \U000e0041", "a tag \\u{e0041}"},
    {"beside them \u2027\u202f\u2010\u2070", "beside them \u2027\u202f\u2010\u2070"},
};

TEST(Printable, shows_what_could_move_a_cursor_or_is_no_text) {
  for (const auto& [text, shown] : printable_cases) {
    EXPECT_EQ(printable(text), shown);
    EXPECT_TRUE(is_utf8(printable(text)));
  }
}

TEST(Printable, keeps_newlines_where_asked_to) {
  EXPECT_EQ(printable("one\ntwo\r\n", Newlines::keep), "one\ntwo\\x0d\n");
}

TEST(IsUtf8, knows_text_from_bytes) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("aé世🚀\n\0"sv));
  EXPECT_FALSE(is_utf8("\xe9"));
  EXPECT_FALSE(is_utf8("\xf0\x9f\x9a"));
}

TEST(FirstCharacter, is_whole_or_one_odd_byte) {
  EXPECT_EQ(first_character("ab"), "a");
  EXPECT_EQ(first_character("世界"), "世");
  EXPECT_EQ(first_character("\xe4\xb8"), "\xe4");
  EXPECT_EQ(first_character(""), "");
}

TEST(Cited, shortens_and_never_cuts_a_character) {
  EXPECT_EQ(cited("web"), "'web'");
  EXPECT_EQ(cited("web\n00"), "'web\\x0a00'");
  EXPECT_EQ(cited("abcdef", 3), "'abc…'");
  EXPECT_EQ(cited("abé", 3), "'ab…'");
  EXPECT_EQ(cited("a🚀b", 4), "'a…'");
  EXPECT_EQ(cited(std::string(300, 'a')), "'" + std::string(80, 'a') + "…'");
}

TEST(LastLines, gives_the_end_of_a_text) {
  EXPECT_EQ(last_lines("a\nb\nc\n", 2), "b\nc\n");
  EXPECT_EQ(last_lines("a\nb\nc", 2), "b\nc");
  EXPECT_EQ(last_lines("a\nb", 5), "a\nb");
  EXPECT_EQ(last_lines("a\nb", 0), "");
  EXPECT_EQ(last_lines("", 3), "");
  EXPECT_EQ(last_lines("\n\n\n", 1), "\n");
}

TEST(Hex, is_lower_case_and_knows_no_sign) {
  EXPECT_EQ(hex("\x00\x7f\x80\xff"sv), "007f80ff");
  EXPECT_EQ(hex(""), "");
}

TEST(Base64, gives_rfc_4648s_vectors) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, expected] : vectors) EXPECT_EQ(base64(bytes), expected);
  EXPECT_EQ(base64("\xff\xfe\xfd\x00"sv), "//79AA==");
}

TEST(Base64, breaks_lines_where_asked_to) {
  EXPECT_EQ(base64("foobar", 4), "Zm9v\nYmFy\n");
  EXPECT_EQ(base64("fooba", 6), "Zm9vYm\nE=\n");
  EXPECT_EQ(base64("", 4), "");
}

TEST(Counted, KnowsOneFromSeveral) {
  EXPECT_EQ(counted(0, "VM"), "0 VMs");
  EXPECT_EQ(counted(1, "VM"), "1 VM");
  EXPECT_EQ(counted(2, "VM"), "2 VMs");
}

TEST(Enumerated, reads_as_a_person_says_it) {
  EXPECT_EQ(enumerated({}), "");
  EXPECT_EQ(enumerated({"a"}), "a");
  EXPECT_EQ(enumerated({"a", "b"}), "a and b");
  EXPECT_EQ(enumerated({"a", "b", "c"}), "a, b and c");
}

TEST(Base64, IsReadStrictly) {
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(from_base64("Zm9vYmE="), "fooba");
  EXPECT_EQ(from_base64("Zm9vYmFy"), "foobar");
  for (const auto* wrong : {"Zm9vYg", "Zm9vYg=", "Zm9vYh==", "Zm9v Yg=", "====", "Zg==Zg==", "Z==="}) {
    EXPECT_EQ(from_base64(wrong), std::nullopt) << wrong;
  }
}

TEST(Hex, IsKnown) {
  EXPECT_TRUE(is_hex("0aF1"sv.substr(0, 2), 2));
  for (const auto* wrong : {"0a", "0af10", "0aF1", "0ag1", " af1"}) EXPECT_FALSE(is_hex(wrong, 4)) << wrong;
}

}  // namespace
}  // namespace nocloud
