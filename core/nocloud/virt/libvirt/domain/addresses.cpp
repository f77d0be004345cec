#include <array>
#include <span>

#include <strings.h>

#include "nocloud/virt/libvirt/domain/agent.hpp"
#include "nocloud/virt/libvirt/domain/vms.hpp"

namespace nocloud {
namespace {

/// What libvirt found on one NIC or on all.
class FoundInterfaces {
 public:
  FoundInterfaces(virDomainPtr domain, unsigned source)
      : count_(virDomainInterfaceAddresses(domain, &interfaces_, source, 0)) {}
  ~FoundInterfaces() {
    for (auto* interface : list()) virDomainInterfaceFree(interface);
    free_memory(static_cast<void*>(interfaces_));
  }
  FoundInterfaces(const FoundInterfaces&) = delete;
  FoundInterfaces& operator=(const FoundInterfaces&) = delete;

  std::span<virDomainInterfacePtr> list() const {
    return {interfaces_, count_ < 0 ? 0 : static_cast<std::size_t>(count_)};
  }

 private:
  virDomainInterfacePtr* interfaces_ = nullptr;
  int count_;
};

/// A guest's agent can say anything: only what another machine could have as its address is an answer.
bool is_usable(Ipv4Address address) {
  const auto first = address.number() >> 24U;
  const bool link_local = address.number() >> 16U == (169U << 8U | 254U);
  return first != 0 && first != 127 && first < 224 && !link_local;
}

std::optional<Ipv4Address> usable_address(const virDomainInterface& interface) {
  for (const auto& found : std::span(interface.addrs, interface.naddrs)) {
    if (found.type != VIR_IP_ADDR_TYPE_IPV4 || found.addr == nullptr) continue;
    try {
      const auto address = Ipv4Address::parse(found.addr);
      if (is_usable(address)) return address;
    } catch (const Error&) {
      continue;  // foreign text that is no address is no answer
    }
  }
  return std::nullopt;
}

bool has_mac(const virDomainInterface& interface, const std::string& mac) {
  return interface.hwaddr != nullptr && ::strcasecmp(interface.hwaddr, mac.c_str()) == 0;
}

}  // namespace

std::optional<Ipv4Address> LibvirtVms::find_address(const VmName& name, const MacAddress& mac) {
  const auto domain = lookup(name);
  if (!domain || !is_active(domain.get(), name)) return std::nullopt;
  limit_agent(domain.get());
  constexpr std::array<unsigned, 3> sources{VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
                                            VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
                                            VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP};
  for (const unsigned source : sources) {
    const FoundInterfaces found(domain.get(), source);
    for (const auto* interface : found.list()) {
      if (!has_mac(*interface, mac.str())) continue;
      if (const auto address = usable_address(*interface)) return address;
    }
  }
  return std::nullopt;
}

}  // namespace nocloud
