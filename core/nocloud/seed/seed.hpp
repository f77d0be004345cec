#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/ipv4.hpp"
#include "nocloud/model/mac_address.hpp"
#include "nocloud/model/name.hpp"

namespace nocloud {

/// A NIC's configuration in the guest: its fixed address, or DHCP.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): without a MAC there is no SeedNic to be made.
struct SeedNic {
  MacAddress mac;
  struct Fixed {
    Ipv4Address address;
    unsigned prefix = 24;
    std::optional<Ipv4Address> gateway = std::nullopt;
    std::vector<Ipv4Address> name_servers = {};
    /// The search domain; empty for none.
    std::string domain = {};
  };
  std::optional<Fixed> fixed = std::nullopt;
};

/// All that a guest is told at its first boot.
struct SeedRequest {
  /// cloud-init does its first-boot work once per instance id: the VM's UUID.
  std::string instance_id;
  VmName host_name;
  UserName user;
  /// Public key lines that may log in as `user`.
  std::vector<std::string> authorized_keys;
  /// In OpenSSH's formats; the private one with its final newline.
  std::string host_key_private;
  std::string host_key_public;
  /// The user's own user-data, any format that cloud-init knows; empty for none.
  std::string user_data = {};
  std::vector<SeedNic> nics;
};

/// The three files of cloud-init's NoCloud data source.
struct SeedTexts {
  std::string meta_data;
  std::string user_data;
  /// Empty: there is no such file, and the guest asks by DHCP.
  std::string network_config = {};
};

SeedTexts seed_texts(const SeedRequest& request);

/// The ISO 9660 image (Rock Ridge, Joliet) labelled `cidata` with these files; the same texts give the same
/// bytes. Throws Error{unavailable} if no temporary file can be written in TMPDIR, else /tmp.
std::string seed_iso(const SeedTexts& texts);

/// Throws the error of seed_iso where it would fail for any texts: to be known before anything is made.
void require_seed_room();

}  // namespace nocloud
