#include "nocloud/virt/libvirt/console/png.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | static_cast<unsigned char>(bytes.at(at + i));
  return number;
}

/// The content of a PNG's chunk, whose checksum has to fit.
std::string chunk_of(std::string_view png, std::string_view type) {
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const auto length = number_at(png, at);
    const auto body = png.substr(at + 4, length + 4);
    EXPECT_EQ(crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())),
              number_at(png, at + 8 + length));
    if (body.starts_with(type)) return std::string(body.substr(4));
    at += length + 12;
  }
  ADD_FAILURE() << "it has no " << type;
  return {};
}

std::string inflated(const std::string& packed, std::size_t size) {
  std::string bytes(size, '\0');
  uLongf length = size;
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length,
                       reinterpret_cast<const Bytef*>(packed.data()), packed.size()),
            Z_OK);
  EXPECT_EQ(length, size);
  return bytes;
}

TEST(Png, HoldsThePixelsOfAPpm) {
  const auto png = png_from("P6\n# by QEMU\n2 3\n255\nabcdefghijklmnopqr");
  const auto head = chunk_of(png, "IHDR");
  EXPECT_EQ(number_at(head, 0), 2U);
  EXPECT_EQ(number_at(head, 4), 3U);
  EXPECT_EQ(head.substr(8), std::string("\x08\x02\0\0\0", 5));
  EXPECT_EQ(inflated(chunk_of(png, "IDAT"), 21), std::string("\0abcdef\0ghijkl\0mnopqr", 21));
  EXPECT_EQ(chunk_of(png, "IEND"), "");
}

TEST(Png, IsLeftAloneWhereItIsOne) {
  const auto png = png_from("P6 1 1 255\nrgb");
  EXPECT_EQ(png_from(png), png);
}

TEST(Png, IsMadeOfNothingElse) {
  for (const auto* text : {"", "P6", "P6 2 2 255\nabc", "P5 1 1 255\nabc", "P6 1 1 65535\nabcdef",
                           "P6 0 1 255\n", "P6 1 -1 255\nabc", "P6 4294967295 4294967295 255\nabc",
                           "P6 # a comment without an end", "P6 1 1 255"}) {
    EXPECT_EQ(refusal_of([&] { png_from(text); }).kind(), ErrorKind::failed) << text;
  }
}

}  // namespace
}  // namespace nocloud::test
