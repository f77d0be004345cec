#include "fuzz/input.hpp"
#include "terraform_shim/external/query.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    const auto query = read_query(fuzz::text_of(data, size));
    fuzz::require(query.name.has_value() != query.group.has_value());
  });
  return 0;
}
