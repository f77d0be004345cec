#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nocloud/model/spec/description.hpp"

namespace nocloud {

/// Reads a description: one line `TEMPLATE:COUNT:TYPE[:mem=…;cpu=…;dsk=5,5;name=web]`, `#` comments, blank
/// lines. Numbering goes on across lines (`name=web` twice gives web00, web01, …). `place` is the file as
/// messages name it. Throws Error{invalid_input}, or Error{conflict} for names that clash:
/// "PLACE:LINE:COLUMN: what is wrong", the line, and a caret under the column.
Description read_spec(std::string_view text, std::string_view place, const GroupName& group);

/// The same from a file; its group is the file's name without its last extension. Throws Error{not_found}
/// if it is missing.
Description read_spec_file(const std::filesystem::path& path);

}  // namespace nocloud
