#include "fuzz/input.hpp"
#include "nocloud/model/ipv4.hpp"
#include "nocloud/model/mac_address.hpp"

using namespace nocloud;

namespace {

void check_subnet(const Ipv4Subnet& subnet) {
  fuzz::require(Ipv4Subnet::parse(subnet.str()).str() == subnet.str());
  fuzz::require(subnet.contains(subnet.gateway()));
  const StaticPart part(subnet, {});
  fuzz::require(part.size() == (std::uint64_t{1} << (32 - subnet.prefix())) - 3);
  fuzz::require(subnet.contains(part.at(part.size() - 1)));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] { fuzz::require(Ipv4Address::parse(text).str() == text); });
  fuzz::try_parser([&] {
    const auto mac = MacAddress::parse(text);
    fuzz::require(MacAddress::parse(mac.str()) == mac);
  });
  fuzz::try_parser([&] { check_subnet(Ipv4Subnet::parse(text)); });
  return 0;
}
