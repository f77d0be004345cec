#include "nocloud/virt/libvirt/console/png.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    const auto png = png_from(fuzz::text_of(data, size));
    fuzz::require(png.starts_with("\x89PNG"));
    fuzz::require(png_from(png) == png);
  });
  return 0;
}
