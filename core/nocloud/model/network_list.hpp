#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/network_choice.hpp"

namespace nocloud {

/// The networks of one VM, a NIC on each, in the order of the NICs. The VM is reached by the first. There is
/// at least one, none twice, `user` only as the first, and none that nobody types.
class NetworkList {
 public:
  static constexpr std::size_t most = 8;

  /// `nat`, libvirt's network `nocloud`.
  NetworkList() : networks_{NetworkChoice{}} {}
  /// Throws Error{invalid_input}.
  explicit NetworkList(std::vector<NetworkChoice> networks);
  /// Each as NetworkChoice::parse_chosen reads it, blanks around it aside. Throws Error{invalid_input}.
  static NetworkList of_words(const std::vector<std::string>& words);
  /// The same, of NETWORK[,NETWORK...].
  static NetworkList parse(std::string_view text);

  const NetworkChoice& first() const { return networks_.front(); }
  const std::vector<NetworkChoice>& all() const { return networks_; }
  /// As of_words and parse read them.
  std::vector<std::string> words() const;
  std::string str() const;
  bool operator==(const NetworkList&) const = default;

 private:
  std::vector<NetworkChoice> networks_;
};

}  // namespace nocloud
