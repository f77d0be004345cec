#pragma once

#include <optional>
#include <string_view>

#include "nocloud/model/spec/description.hpp"
#include "nocloud/model/spec/source_place.hpp"

namespace nocloud {

/// One line of a description file that describes VMs.
struct SpecLine {
  TemplateName template_name;
  VmCount count;
  TypeName type;
  VmShape shape = {};
  /// From `name=`; empty if there is none.
  std::string_view stem = {};
  /// Where errors that show only later point to: bytes in the line.
  std::size_t template_offset = 0;
  std::size_t count_offset = 0;
  std::size_t stem_offset = 0;
};

/// Nothing for a blank line or a comment. Throws Error{invalid_input} with the place.
std::optional<SpecLine> read_spec_line(const SourceLine& line);

}  // namespace nocloud
