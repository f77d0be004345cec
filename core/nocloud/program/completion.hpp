#pragma once

#include <string>
#include <string_view>

#include "nocloud/program/tool.hpp"

namespace nocloud {

enum class Shell { bash, zsh, fish };

/// Throws Error{usage} for a shell that we don't know.
Shell shell_from(std::string_view word);

/// A script by which the shell completes the tool's command line. The names of what there is come from
/// `nocloud names`, so that they are right at the moment of asking.
std::string completion_script(const ToolSpec& tool, Shell shell);

}  // namespace nocloud
