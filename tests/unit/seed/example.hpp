#pragma once

#include "nocloud/seed/seed.hpp"

namespace nocloud::test {

/// What a guest with a fixed address and a second NIC is told.
inline SeedRequest example_seed() {
  return {
      .instance_id = "3f9dd7a3-3f7e-4cb4-8a0b-0b1f3f7c9a10",
      .host_name = VmName::parse("web00"),
      .user = UserName::parse("debian"),
      .authorized_keys = {"ssh-ed25519 AAAAexample me@home", "ssh-ed25519 AAAAother nocloud"},
      .host_key_private = "-----BEGIN OPENSSH PRIVATE KEY-----\nexample\n-----END OPENSSH PRIVATE KEY-----\n",
      .host_key_public = "ssh-ed25519 AAAAhost",
      .nics = {{.mac = MacAddress::parse("52:54:00:d0:5c:02"),
                .fixed = SeedNic::Fixed{.address = Ipv4Address::parse("10.112.0.5"),
                                        .prefix = 20,
                                        .gateway = Ipv4Address::parse("10.112.0.1"),
                                        .name_servers = {Ipv4Address::parse("10.112.0.1")},
                                        .domain = "nocloud"}},
               {.mac = MacAddress::parse("52:54:00:a9:96:6d")}}};
}

}  // namespace nocloud::test
