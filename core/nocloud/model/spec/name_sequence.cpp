#include "nocloud/model/spec/name_sequence.hpp"

#include "nocloud/model/identity.hpp"
#include "nocloud/model/spec/numbering.hpp"

namespace nocloud {

VmName NameSequence::next(const TypeName& type, const TemplateName& template_name, std::string_view stem) {
  if (!stem.empty()) return numbered_vm(stem, numbers_[std::string(stem)]++);
  const auto ordinal = ordinals_[fmt::format("{}/{}", type, template_name)]++;
  return unnamed_vm(group_, type, template_name, ordinal);
}

}  // namespace nocloud
