#include "nocloud/model/source/checksum_list.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  for (const auto* name : {"disk.qcow2", "disk*.qcow2"}) {
    fuzz::try_parser([&] {
      const auto file = listed_file(text, name);
      fuzz::require(text.find(file.name) != std::string_view::npos);
      fuzz::require(file.name.starts_with("disk") && file.name.ends_with(".qcow2"));
      fuzz::require(file.name.find_first_of("/?#:% ") == std::string::npos);
      fuzz::require(Checksum::parse(file.checksum.str()) == file.checksum);
    });
  }
  return 0;
}
