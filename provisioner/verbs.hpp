#pragma once

#include <set>
#include <string>

namespace nocloud {

/// What `nocloud VERB` knows: each is a tool of that name with "vm" before it.
const std::set<std::string>& verbs();
/// The words that `nocloud` may be followed by.
std::set<std::string> words_of_nocloud();

}  // namespace nocloud
