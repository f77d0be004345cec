#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "nocloud/image/catalogue/obtainable.hpp"
#include "nocloud/program/tool.hpp"

// What needs no host to be known, and no library of libvirt's.

namespace nocloud {

/// What `nocloud VERB` knows: each is a tool of that name with "vm" before it.
const std::set<std::string>& verbs();

/// The published images that this invocation may name, at the mirror that it says.
Catalogue catalogue_of(const Invocation& invocation);

/// The names of a kind that are no host's: verbs, recipes and images; nothing for any other kind.
std::optional<std::set<std::string>> own_names(const Invocation& invocation, std::string_view kind);

}  // namespace nocloud
