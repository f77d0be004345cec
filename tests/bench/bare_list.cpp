// bare_list URI
//
// What the inventory is compared to: opens the connection, lists all domains and takes each one's XML.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>

#include "nocloud/base/handle.hpp"
#include "nocloud/virt/libvirt/handles.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: bare_list URI\n", stderr), 2;
  const nocloud::Handle<virConnect, virConnectClose> connection(virConnectOpen(argv[1]));
  if (!connection) return 1;
  virDomainPtr* listed = nullptr;
  const int count = virConnectListAllDomains(connection.get(), &listed, 0);
  if (count < 0) return 1;
  const nocloud::Handle<virDomainPtr, std::free> array(listed);
  std::size_t bytes = 0;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) {
    const nocloud::DomainHandle domain(raw);
    const nocloud::TextHandle xml(virDomainGetXMLDesc(domain.get(), VIR_DOMAIN_XML_INACTIVE));
    if (!xml) return 1;
    bytes += std::strlen(xml.get());
  }
  std::printf("%d domains, %zu bytes\n", count, bytes);
}
