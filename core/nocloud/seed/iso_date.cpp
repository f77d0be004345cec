#include "nocloud/seed/iso_date.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nocloud {
namespace {

using namespace std::string_view_literals;

// ECMA-119, sections 8.4 and 9.1: where things are in a volume descriptor and in a folder's record.
constexpr std::size_t sector_size = 2048;
constexpr std::size_t primary_descriptor = 16;
constexpr std::size_t joliet_descriptor = 17;
/// libarchive's own note of when and how the image was made.
constexpr std::size_t note_sector = 19;
constexpr std::size_t root_record = 156;
constexpr std::size_t record_extent = 2;
constexpr std::size_t record_date = 18;
constexpr std::size_t creation_date = 813;

// 2020-01-01 in the three forms that an image has.
constexpr auto fixed_binary = "\x78\x01\x01\0\0\0\0"sv;
constexpr auto fixed_digits = "2020010100000000"sv;
constexpr auto fixed_note = "INFO Wed Jan  1 00:00:00 2020\n"sv;

void replace_all(std::string& image, std::size_t sector, std::string_view from, std::string_view to) {
  const auto end = (sector + 1) * sector_size;
  for (auto at = image.find(from, sector * sector_size); at < end; at = image.find(from, at + to.size())) {
    image.replace(at, to.size(), to);
  }
}

/// The sector of the root folder of the tree that this descriptor describes.
std::size_t root_of(std::string_view image, std::size_t descriptor) {
  const auto at = descriptor * sector_size + root_record + record_extent;
  return static_cast<std::uint8_t>(image[at]) | std::size_t{static_cast<std::uint8_t>(image[at + 1])} << 8U;
}

}  // namespace

void forget_iso_date(std::string& image) {
  const auto note = note_sector * sector_size;
  if (image.size() < (note_sector + 1) * sector_size || image.substr(note, 5) != "INFO ") return;
  const auto descriptor = primary_descriptor * sector_size;
  const auto binary = image.substr(descriptor + root_record + record_date, fixed_binary.size());
  const auto digits = image.substr(descriptor + creation_date, fixed_digits.size());
  for (const auto sector : {primary_descriptor, joliet_descriptor, root_of(image, primary_descriptor),
                            root_of(image, joliet_descriptor)}) {
    replace_all(image, sector, binary, fixed_binary);
    replace_all(image, sector, digits, fixed_digits);
  }
  image.replace(note, fixed_note.size(), fixed_note);
}

}  // namespace nocloud
