#include "fuzz/input.hpp"
#include "nocloud/model/quantity.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] { fuzz::require(Memory::parse(text).mib() >= 32); });
  fuzz::try_parser([&] { fuzz::require(DiskSize::parse(text).bytes() >> 30U <= 65'536); });
  fuzz::try_parser([&] { fuzz::require(CpuCount::parse(text).count() >= 1); });
  fuzz::try_parser([&] { fuzz::require(VmCount::parse(text).count() <= 1000); });
  return 0;
}
