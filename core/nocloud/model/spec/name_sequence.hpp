#pragma once

#include <map>
#include <string>
#include <string_view>

#include "nocloud/model/name.hpp"

namespace nocloud {

/// Names the VMs of one description, one after the other: by a stem and a number that goes on wherever the
/// stem comes again, or, without a stem, by what the VM is.
class NameSequence {
 public:
  explicit NameSequence(GroupName group) : group_(std::move(group)) {}

  /// Throws Error{invalid_input} if the stem makes no VM name.
  VmName next(const TypeName& type, const TemplateName& template_name, std::string_view stem);

 private:
  GroupName group_;
  std::map<std::string, unsigned> numbers_;
  std::map<std::string, unsigned> ordinals_;
};

}  // namespace nocloud
