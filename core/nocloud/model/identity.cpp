#include "nocloud/model/identity.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// QEMU's prefix for addresses that its users choose.
constexpr std::array<std::uint8_t, 3> qemu_prefix{0x52, 0x54, 0x00};

/// d655eab6-f311-5665-a10d-1fb6d88e3400
constexpr std::array<std::uint8_t, 16> names_namespace{0xd6, 0x55, 0xea, 0xb6, 0xf3, 0x11, 0x56, 0x65,
                                                       0xa1, 0x0d, 0x1f, 0xb6, 0xd8, 0x8e, 0x34, 0x00};

std::string in_realm(const Realm& realm, std::string_view text) {
  return realm.text.empty() ? std::string(text) : fmt::format("{}/{}", realm.text, text);
}

MacAddress mac_of_text(std::string_view text, const Realm& realm, unsigned attempt) {
  auto hashed = in_realm(realm, text);
  if (attempt > 0) hashed += fmt::format("#{}", attempt);
  const auto digest = sha256(hashed);
  return MacAddress({qemu_prefix[0], qemu_prefix[1], qemu_prefix[2], digest[0], digest[1], digest[2]});
}

std::uint32_t first_word_of(const Sha256& digest) {
  return std::uint32_t{digest[0]} << 24U | std::uint32_t{digest[1]} << 16U | std::uint32_t{digest[2]} << 8U |
         std::uint32_t{digest[3]};
}

}  // namespace

MacAddress mac_of_vm(const VmName& name, const Realm& realm, unsigned attempt) {
  return mac_of_text(name.str(), realm, attempt);
}

MacAddress mac_of_further_nic(std::string_view network, const VmName& name, const Realm& realm,
                              unsigned attempt) {
  return mac_of_text(fmt::format("{}-{}", network, name), realm, attempt);
}

MacAddress mac_of_bridge(std::string_view network, const Realm& realm) {
  return mac_of_text(fmt::format("BRIDGE.{}", network), realm, 0);
}

std::uint64_t address_index_of(const VmName& name, std::uint64_t size, const Realm& realm) {
  return size == 0 ? 0 : first_word_of(sha256("ip:" + in_realm(realm, name.str()))) % size;
}

std::uint16_t forwarded_port_of(const VmName& name) {
  constexpr std::uint32_t ports = last_forwarded_port - first_forwarded_port + 1;
  return static_cast<std::uint16_t>(first_forwarded_port +
                                    first_word_of(sha256("port:" + name.str())) % ports);
}

VmName unnamed_vm(const GroupName& group, const TypeName& type, const TemplateName& template_name,
                  unsigned ordinal) {
  const auto digest = sha1(std::string(bytes_of(names_namespace)) +
                           fmt::format("{}/{}/{}/{}", group, type, template_name, ordinal));
  std::array<std::uint8_t, 16> uuid{};
  std::copy_n(digest.begin(), uuid.size(), uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0fU) | 0x50U);  // version 5
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3fU) | 0x80U);  // RFC 4122's variant
  const auto digits = hex(bytes_of(uuid));
  const std::string_view all = digits;
  return VmName::parse(fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4),
                                   all.substr(16, 4), all.substr(20)));
}

}  // namespace nocloud
