#include "nocloud/model/template.hpp"

#include <algorithm>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

const GroupName& templates_group() {
  static const auto group = GroupName::parse("templates");
  return group;
}

VmName template_vm(const TemplateName& name) {
  auto label = name.str();
  std::ranges::replace(label, '.', '-');
  return while_doing(fmt::format("a VM to change template {} in", cited(name.str())),
                     [&] { return VmName::parse(label); });
}

}  // namespace nocloud
