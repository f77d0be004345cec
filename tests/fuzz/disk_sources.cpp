#include "nocloud/virt/xml/domain/disk_sources.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto xml = fuzz::text_of(data, size);
  fuzz::try_parser([&] {
    for (const auto& source : disk_sources(xml)) {
      fuzz::require(!source.path.empty() || !source.volume.empty());
      fuzz::require(!source.from_argument || source.path.front() == '/');
    }
  });
  return 0;
}
