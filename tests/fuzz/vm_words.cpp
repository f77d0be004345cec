#include "nocloud/model/spec/vm_words.hpp"

#include <set>

#include "fuzz/input.hpp"

using namespace nocloud;

/// The first line is the stem, every further one a word.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    const auto lines = split(fuzz::text_of(data, size), '\n');
    const auto description = read_vm_words({.words = std::vector<std::string>(lines.begin() + 1, lines.end()),
                                            .group = GroupName::parse("group"),
                                            .type = TypeName::parse("default"),
                                            .template_name = TemplateName::parse("debian12"),
                                            .stem = std::string(lines.front())});
    std::set<VmName> names;
    for (const auto& vm : description.vms) fuzz::require(names.insert(vm.name).second);
  });
  return 0;
}
