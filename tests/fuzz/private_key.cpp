#include "nocloud/ssh/keys/private_key.hpp"

#include "fuzz/input.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser(
      [&] { fuzz::require(parse_public_key(public_key_of(fuzz::text_of(data, size), "key")).has_value()); });
  return 0;
}
