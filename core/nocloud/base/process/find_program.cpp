#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

bool is_executable(const std::filesystem::path& path) {
  std::error_code ignored;  // what can't be looked at can't be run
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::optional<std::string> find_program(std::string_view name) {
  if (name.find('/') != std::string_view::npos) {
    return is_executable(name) ? std::optional<std::string>(name) : std::nullopt;
  }
  const char* configured = std::getenv("PATH");
  const std::string folders = fmt::format("{}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                          configured ? configured : "");
  for (const auto folder : split(folders, ':')) {
    if (folder.empty()) continue;  // the current folder is never meant
    auto candidate = std::filesystem::path(folder) / name;
    if (is_executable(candidate)) return candidate.string();
  }
  return std::nullopt;
}

}  // namespace nocloud
