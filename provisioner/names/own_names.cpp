#include "provisioner/names/own_names.hpp"

#include <vector>

#include "nocloud/app/names/catalogue_places.hpp"
#include "nocloud/program/caller.hpp"
#include "nocloud/program/data_files.hpp"

namespace nocloud {
namespace {

using Names = std::set<std::string>;

Names names_in(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

}  // namespace

const std::set<std::string>& verbs() {
  static const Names all{"consolidate", "create", "instantiate", "inventory", "run",
                         "running",     "snap",   "stop",        "template"};
  return all;
}

Catalogue catalogue_of(const Invocation& invocation) {
  return read_catalogues(catalogue_places(data_folder(), find_caller()), invocation.value("mirror"));
}

std::optional<Names> own_names(const Invocation& invocation, std::string_view kind) {
  if (kind == "recipes") return names_in(buildable(data_folder()));
  if (kind == "images") return names_in(obtainable(data_folder(), catalogue_of(invocation)));
  if (kind != "verbs") return std::nullopt;
  auto words = verbs();
  words.insert({"names", "vm"});
  return words;
}

}  // namespace nocloud
