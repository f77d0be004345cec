#include "nocloud/ops/survey/named_vm.hpp"

#include "nocloud/model/spec/vm_words.hpp"

namespace nocloud {

VmName vm_meant(const Context& context, std::string_view word, std::string_view stem,
                const OwnerFilter& owner) {
  auto name = vm_of_word(word, stem);
  if (name.str() == word) return name;
  auto typed = VmName::parse(word);
  const auto vm = context.hypervisor.find_vm(typed);
  return vm && owner.accepts(vm->owner, context.caller) ? typed : name;
}

}  // namespace nocloud
