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
      throw Error(ErrorKind::invalid_input, fmt::format("network {} is named twice", cited(network->str())),
                  "A VM has one interface on each network: name it once.");
    }
    if (network->kind == NetworkKind::user && network != networks_.begin()) {
      throw Error(ErrorKind::invalid_input, "the network user can only be a VM's first",
                  "Its port is what the VM is reached by.");
    }
    if (network->kind == NetworkKind::group) {
      throw Error(ErrorKind::invalid_input, fmt::format("{} is no network to choose", cited(network->str())),
                  "Say nat, nat=NAME, user or bridge=NAME: a group network comes by itself.");
    }
  }
}

NetworkList NetworkList::of_words(const std::vector<std::string>& words) {
  std::vector<NetworkChoice> networks;
  for (const auto& word : words) networks.push_back(NetworkChoice::parse_chosen(trimmed(word)));
  return NetworkList(std::move(networks));
}

NetworkList NetworkList::parse(std::string_view text) {
  const auto words = split(text, ',');
  return of_words({words.begin(), words.end()});
}

std::vector<std::string> NetworkList::words() const {
  std::vector<std::string> words;
  for (const auto& network : networks_) words.push_back(network.str());
  return words;
}

std::string NetworkList::str() const {
  return fmt::format("{}", fmt::join(words(), ","));
}

}  // namespace nocloud
