#include "nocloud/model/network_list.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

NetworkList::NetworkList(std::vector<NetworkChoice> networks) : networks_(std::move(networks)) {
  if (networks_.empty() || networks_.size() > most) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("a VM has 1 to {} networks, not {}", most, networks_.size()));
  }
  for (auto network = networks_.begin(); network != networks_.end(); ++network) {
    if (std::find(networks_.begin(), network, *network) != network) {
      throw Error(ErrorKind::invalid_input, fmt::format("network {} is named twice", cited(network->str())));
    }
    if (network->kind == NetworkKind::user && network != networks_.begin()) {
      throw Error(ErrorKind::invalid_input, "the network user can only be a VM's first",
                  "Its port is what the VM is reached by.");
    }
    if (network->kind == NetworkKind::group) {
      throw Error(ErrorKind::invalid_input, fmt::format("{} is no network to choose", cited(network->str())));
    }
  }
}

NetworkList NetworkList::parse(std::string_view text) {
  std::vector<NetworkChoice> networks;
  for (const auto& word : split(text, ',')) networks.push_back(NetworkChoice::parse_chosen(trimmed(word)));
  return NetworkList(std::move(networks));
}

std::string NetworkList::str() const {
  std::string text;
  for (const auto& network : networks_) text += (text.empty() ? "" : ",") + network.str();
  return text;
}

}  // namespace nocloud
