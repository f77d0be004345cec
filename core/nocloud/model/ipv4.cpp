#include "nocloud/model/ipv4.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr unsigned shortest_prefix = 8;
constexpr unsigned longest_prefix = 30;

std::optional<std::uint32_t> parse_quad(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::uint32_t number = 0;
  for (const auto part : parts) {
    const auto byte = parse_number<std::uint8_t>(part);
    const bool leading_zero = part.size() > 1 && part.front() == '0';
    if (!byte || leading_zero) return std::nullopt;
    number = number << 8U | *byte;
  }
  return number;
}

std::uint32_t mask_of(unsigned prefix) {
  return ~std::uint32_t{0} << (32U - prefix);
}

std::uint64_t size_of(const Ipv4Range& range) {
  return std::uint64_t{range.last.number()} - range.first.number() + 1;
}

}  // namespace

Ipv4Address Ipv4Address::parse(std::string_view text) {
  if (const auto number = parse_quad(text)) return Ipv4Address(*number);
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no IPv4 address", cited(text)),
              "An IPv4 address is four numbers up to 255 with dots between them: 10.112.0.17.");
}

std::string Ipv4Address::str() const {
  return fmt::format("{}.{}.{}.{}", number_ >> 24U, number_ >> 16U & 0xffU, number_ >> 8U & 0xffU,
                     number_ & 0xffU);
}

Ipv4Subnet Ipv4Subnet::parse(std::string_view text) {
  const auto parts = split(text, '/');
  const auto address = parse_quad(parts[0]);
  const auto prefix = parts.size() == 2 ? parse_number<unsigned>(parts[1]) : std::nullopt;
  if (address && prefix) return {Ipv4Address(*address), *prefix};
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no IPv4 subnet", cited(text)),
              "A subnet is an address and the number of its fixed bits: 10.112.0.0/20.");
}

Ipv4Subnet::Ipv4Subnet(Ipv4Address gateway, unsigned prefix) : gateway_(gateway), prefix_(prefix) {
  if (prefix < shortest_prefix || prefix > longest_prefix) {
    throw Error(ErrorKind::invalid_input, fmt::format("{}/{} is no usable subnet", gateway.str(), prefix),
                fmt::format("The prefix must be {} to {}.", shortest_prefix, longest_prefix));
  }
  if (gateway_ == network()) gateway_ = Ipv4Address(gateway_.number() + 1);
  if (gateway_ == broadcast()) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("{}/{} names the broadcast address of the subnet", gateway.str(), prefix),
                fmt::format("Write {}.", str()));
  }
}

Ipv4Address Ipv4Subnet::network() const noexcept {
  return Ipv4Address(gateway_.number() & mask_of(prefix_));
}

Ipv4Address Ipv4Subnet::broadcast() const noexcept {
  return Ipv4Address(gateway_.number() | ~mask_of(prefix_));
}

Ipv4Address Ipv4Subnet::netmask() const noexcept {
  return Ipv4Address(mask_of(prefix_));
}

bool Ipv4Subnet::contains(Ipv4Address address) const noexcept {
  return network() <= address && address <= broadcast();
}

bool Ipv4Subnet::overlaps(const Ipv4Subnet& other) const noexcept {
  return network() <= other.broadcast() && other.network() <= broadcast();
}

std::string Ipv4Subnet::str() const {
  return fmt::format("{}/{}", network().str(), prefix_);
}

StaticPart::StaticPart(const Ipv4Subnet& subnet, const std::vector<Ipv4Range>& dynamic) {
  auto taken = dynamic;
  std::erase_if(taken, [](const Ipv4Range& range) { return range.last < range.first; });
  taken.push_back({subnet.gateway(), subnet.gateway()});
  std::sort(taken.begin(), taken.end(),
            [](const Ipv4Range& one, const Ipv4Range& other) { return one.first < other.first; });
  // 64 bits, so that the address after the last one is a number too.
  std::uint64_t next = std::uint64_t{subnet.network().number()} + 1;
  const std::uint64_t end = subnet.broadcast().number();
  const auto keep_until = [&](std::uint64_t stop) {
    if (next >= stop) return;
    ranges_.push_back(
        {Ipv4Address(static_cast<std::uint32_t>(next)), Ipv4Address(static_cast<std::uint32_t>(stop - 1))});
  };
  for (const auto& range : taken) {
    keep_until(std::min<std::uint64_t>(range.first.number(), end));
    next = std::max(next, std::uint64_t{range.last.number()} + 1);
  }
  keep_until(end);
}

std::uint64_t StaticPart::size() const noexcept {
  std::uint64_t size = 0;
  for (const auto& range : ranges_) size += size_of(range);
  return size;
}

Ipv4Address StaticPart::at(std::uint64_t index) const {
  for (const auto& range : ranges_) {
    if (index < size_of(range)) return Ipv4Address(range.first.number() + static_cast<std::uint32_t>(index));
    index -= size_of(range);
  }
  throw Error(ErrorKind::failed, "internal error: an address beyond the end of the subnet was asked for");
}

}  // namespace nocloud
