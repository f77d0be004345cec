#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

class Ipv4Address {
 public:
  /// Dotted quad, nothing else: no leading zeros, no short forms. Throws Error{invalid_input}.
  static Ipv4Address parse(std::string_view text);
  explicit Ipv4Address(std::uint32_t number) : number_(number) {}

  /// The address as a number in host byte order.
  std::uint32_t number() const noexcept { return number_; }
  std::string str() const;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a rewritten `<` for a pointer.
  auto operator<=>(const Ipv4Address&) const = default;

 private:
  std::uint32_t number_;
};

/// Addresses from `first` to `last`, both included.
struct Ipv4Range {
  Ipv4Address first;
  Ipv4Address last;

  bool contains(Ipv4Address address) const noexcept { return first <= address && address <= last; }
  bool operator==(const Ipv4Range&) const = default;
};

/// A subnet with its host's (gateway's) own address in it: 10.112.0.1/20.
class Ipv4Subnet {
 public:
  /// "10.112.0.1/20" or "10.112.0.0/20" (then the gateway is the first address). Prefix 8 to 30. Throws
  /// Error{invalid_input}.
  static Ipv4Subnet parse(std::string_view text);
  /// From a gateway's address (the network's own means the first address) and a prefix of 8 to 30 bits.
  /// Throws Error{invalid_input}.
  Ipv4Subnet(Ipv4Address gateway, unsigned prefix);

  Ipv4Address gateway() const noexcept { return gateway_; }
  unsigned prefix() const noexcept { return prefix_; }
  Ipv4Address network() const noexcept;
  Ipv4Address broadcast() const noexcept;
  Ipv4Address netmask() const noexcept;
  bool contains(Ipv4Address address) const noexcept;
  bool overlaps(const Ipv4Subnet& other) const noexcept;
  /// "10.112.0.0/20".
  std::string str() const;
  bool operator==(const Ipv4Subnet&) const = default;

 private:
  Ipv4Address gateway_;
  unsigned prefix_;
};

/// The addresses of a subnet that may be given to VMs by us, in ascending order without gaps being counted:
/// all hosts but the gateway and the dynamic ranges. Kept as ranges, since a subnet may be large.
class StaticPart {
 public:
  StaticPart(const Ipv4Subnet& subnet, const std::vector<Ipv4Range>& dynamic);

  std::uint64_t size() const noexcept;
  /// The address at this index, 0 ≤ index < size().
  Ipv4Address at(std::uint64_t index) const;

 private:
  std::vector<Ipv4Range> ranges_;
};

}  // namespace nocloud
