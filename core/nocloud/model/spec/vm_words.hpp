#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/spec/description.hpp"

namespace nocloud {

/// What the names of words that are numbers begin with.
inline constexpr std::string_view default_stem = "vnode";

/// A stem as it is given. Throws Error{invalid_input} if no VM's name can begin so.
std::string stem_from(std::string_view text);

/// The name that a word of a command line stands for: the word itself. Only a bare number follows the stem,
/// in two digits at least (`3` → `vnode03`); so does a number that is typed with the stem (`vnode4` →
/// `vnode04`). Throws Error{invalid_input} if that makes no VM name.
VmName vm_of_word(std::string_view word, std::string_view stem);

/// The part of `NAME[:TEMPLATE]` that names the VM.
std::string_view name_in_word(std::string_view word);

struct VmWordsRequest {
  std::vector<std::string> words;
  GroupName group;
  TypeName type;
  /// For words that name none.
  TemplateName template_name;
  std::string stem = std::string(default_stem);
  VmShape shape = {};
};

/// Reads words `NAME[:TEMPLATE]`, names as vm_of_word does: `3:f33` → vnode03 from f33. Throws
/// Error{invalid_input} that cites the word, or Error{conflict} for names that clash.
Description read_vm_words(const VmWordsRequest& request);

}  // namespace nocloud
