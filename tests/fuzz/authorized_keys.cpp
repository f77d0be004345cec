#include "nocloud/ssh/keys/authorized_keys.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    for (const auto& line : public_key_lines(fuzz::text_of(data, size)).keys) {
      fuzz::require(printable(line) == line);
      fuzz::require(public_key_lines(line).keys.size() == 1);
    }
  });
  return 0;
}
