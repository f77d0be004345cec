#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "nocloud/base/file/file_rights.hpp"

namespace nocloud {

/// The content of a file that nocloud obeys; nothing if there is none. It is opened once, with the rights of
/// `user` where one is given (what that user may not read does not count), and judged by what was opened.
/// Throws Error{invalid_input} with the remedy if it is a link or no regular file, if it belongs to anybody
/// but root, whoever runs this or `user`, or if others may write it; Error{unavailable} if it can't be read,
/// or has more than `limit` bytes.
std::optional<std::string> read_trusted_file(const std::filesystem::path& path, std::size_t limit,
                                             const std::optional<FileUser>& user = {});

}  // namespace nocloud
