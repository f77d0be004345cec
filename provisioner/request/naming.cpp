#include "provisioner/request/naming.hpp"

#include "nocloud/model/spec/vm_words.hpp"
#include "nocloud/ops/survey/named_vm.hpp"

namespace nocloud {
namespace {

std::string stem_of(const Invocation& invocation) {
  return invocation.parsed("stem", stem_from).value_or(std::string(default_stem));
}

}  // namespace

std::vector<OptionSpec> naming_options() {
  return {{.name = "stem",
           .value = "STEM",
           .help = "what names of numbers begin with: 3 and vnode3 are vnode03 (default: vnode); other names "
                   "are as typed",
           .source = OptionSpec::Source::setting}};
}

void require_names_for_stem(const Invocation& invocation) {
  if (invocation.is_typed("stem") && invocation.words().empty())
    refuse_usage("--stem is for names, and none is given");
}

VmName name_of(const Invocation& invocation, std::string_view word) {
  return vm_of_word(word, stem_of(invocation));
}

VmName name_on(const Context& context, const Invocation& invocation, std::string_view word) {
  const auto owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
  return vm_meant(context, word, stem_of(invocation), owner);
}

}  // namespace nocloud
