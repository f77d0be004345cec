#include "nocloud/model/network_list.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    const auto choice = NetworkChoice::parse(fuzz::text_of(data, size));
    fuzz::require(NetworkChoice::parse(choice.str()) == choice);
  });
  fuzz::try_parser([&] {
    const auto list = NetworkList::parse(fuzz::text_of(data, size));
    fuzz::require(NetworkList::parse(list.str()) == list);
  });
  return 0;
}
