#include "nocloud/model/checksum_list.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] {
    const auto checksum = listed_checksum(text, "disk.qcow2");
    fuzz::require(text.find("disk.qcow2") != std::string_view::npos);
    fuzz::require(Checksum::parse(checksum.str()) == checksum);
  });
  return 0;
}
