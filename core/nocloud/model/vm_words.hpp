#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/description.hpp"

namespace nocloud {

struct VmWordsRequest {
  std::vector<std::string> words;
  GroupName group;
  TypeName type;
  /// For words that name none.
  TemplateName template_name;
  /// For words that are bare numbers: `3` → `vnode03`.
  std::string stem = "vnode";
  VmShape shape = {};
};

/// Reads words `NAME[:TEMPLATE]` with numbers normalised to two digits: `3:f33` → vnode03 from f33, `vnode4`
/// → vnode04. Throws Error{invalid_input} that cites the word, or Error{conflict} for
/// names that clash.
Description read_vm_words(const VmWordsRequest& request);

}  // namespace nocloud
