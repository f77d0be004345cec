#pragma once

#include <string>

#include "nocloud/program/tool.hpp"

namespace nocloud {

/// The tool's manual page, section 1, as man reads it: UTF-8, with the macros of man(7).
std::string man_page(const ToolSpec& tool);

}  // namespace nocloud
