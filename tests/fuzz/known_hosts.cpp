#include "nocloud/ssh/known_hosts.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::text_of(data, size);
  const KnownHost host{
      .name = VmName::parse("web00"),
      .endpoint = Endpoint{.host = "127.0.0.1", .port = 20077},
      .host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBvbpBXRWWu8OUICUF/8hHSD3k3YIu2wrMEGdO8sh3zw",
      .uri = "qemu:///system"};
  fuzz::try_parser([&] {
    const auto with = with_known_host(file, host);
    fuzz::require(with_known_host(with, host) == with);
    const auto without = without_known_host(with, host.name, host.uri);
    fuzz::require(without_known_host(without, host.name, host.uri) == without);
    fuzz::require(without.size() < with.size());
  });
  // Whatever an endpoint is said to be, it adds one line or none.
  fuzz::try_parser([&] {
    auto hostile = host;
    hostile.endpoint->host = file;
    hostile.uri = file;
    const auto with = with_known_host("", hostile);
    fuzz::require(with.find('\n') == with.size() - 1);
    fuzz::require(without_known_host(with, hostile.name, hostile.uri).empty());
  });
  return 0;
}
