#include "nocloud/virt/libvirt/console/png.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <zlib.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::string_view png_magic = "\x89PNG\r\n\x1a\n";
constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t bytes_a_pixel = 3;

struct Pixels {
  std::uint32_t width;
  std::uint32_t height;
  std::string_view bytes;

  std::size_t row_bytes() const { return bytes_a_pixel * width; }
};

/// The head's next number; a comment goes from "#" to the line's end.
std::optional<std::uint32_t> next_number(std::string_view& rest) {
  for (;;) {
    const auto start = rest.find_first_not_of(blanks);
    if (start == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(start);
    if (!rest.starts_with('#')) break;
    rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
  }
  const auto digits = rest.substr(0, std::min(rest.find_first_of(blanks), rest.size()));
  rest.remove_prefix(digits.size());
  return parse_number<std::uint32_t>(digits);
}

std::optional<Pixels> pixels_in(std::string_view ppm) {
  constexpr std::uint32_t largest_side = 32'768;
  if (!ppm.starts_with("P6")) return std::nullopt;
  ppm.remove_prefix(2);
  const auto width = next_number(ppm);
  const auto height = next_number(ppm);
  const auto most = next_number(ppm);
  if (!width || !height || most != 255U || ppm.empty()) return std::nullopt;
  if (*width == 0 || *height == 0 || *width > largest_side || *height > largest_side) return std::nullopt;
  const Pixels pixels{.width = *width, .height = *height, .bytes = ppm.substr(1)};
  if (pixels.bytes.size() < pixels.row_bytes() * pixels.height) return std::nullopt;
  return pixels;
}

std::string number32(std::uint32_t number) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(number >> shift & 0xffU);
  return bytes;
}

const Bytef* as_bytes(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
}

/// PNG's unit: length, type, content, checksum of the last two.
std::string chunk(std::string_view type, std::string_view content) {
  const auto body = std::string(type) + std::string(content);
  const auto sum = crc32_z(0, as_bytes(body), body.size());
  return number32(static_cast<std::uint32_t>(content.size())) + body +
         number32(static_cast<std::uint32_t>(sum));
}

std::string deflated(std::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): zlib's bytes are unsigned
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, as_bytes(bytes), bytes.size()) != Z_OK) {
    throw Error(ErrorKind::failed, "zlib cannot compress the picture");
  }
  packed.resize(size);
  return packed;
}

std::string png_of(const Pixels& pixels) {
  constexpr std::string_view rgb_of_8_bits("\x08\x02\0\0\0", 5);
  std::string rows;
  rows.reserve((pixels.row_bytes() + 1) * pixels.height);
  for (std::size_t row = 0; row < pixels.height; ++row) {
    rows += '\0';  // no filter
    rows += pixels.bytes.substr(row * pixels.row_bytes(), pixels.row_bytes());
  }
  const auto head = number32(pixels.width) + number32(pixels.height) + std::string(rgb_of_8_bits);
  return std::string(png_magic) + chunk("IHDR", head) + chunk("IDAT", deflated(rows)) + chunk("IEND", "");
}

}  // namespace

std::string png_from(std::string_view picture) {
  if (picture.starts_with(png_magic)) return std::string(picture);
  if (const auto pixels = pixels_in(picture)) return png_of(*pixels);
  throw Error(ErrorKind::failed, "the picture is neither PNG nor a whole PPM");
}

}  // namespace nocloud
