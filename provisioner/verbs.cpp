#include "provisioner/verbs.hpp"

namespace nocloud {

const std::set<std::string>& verbs() {
  static const std::set<std::string> all{"consolidate", "create", "instantiate", "inventory", "run",
                                         "running",     "snap",   "stop",        "template"};
  return all;
}

std::set<std::string> words_of_nocloud() {
  auto words = verbs();
  words.insert({"names", "vm"});
  return words;
}

}  // namespace nocloud
