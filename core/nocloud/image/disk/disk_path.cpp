#include "nocloud/image/disk/disk_path.hpp"

#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr int most_json_layers = 10;

[[noreturn]] void refuse(std::string_view name) {
  throw Error(ErrorKind::failed,
              fmt::format("cannot read {}: it is not a file of this machine", cited(name)));
}

std::optional<std::string> file_in(const nlohmann::json& node, int depth) {
  if (!node.is_object() || depth == most_json_layers) return std::nullopt;
  const auto driver = node.value("driver", nlohmann::json("file"));
  for (const char* key : {"filename", "file.filename"}) {
    const auto found = node.find(key);
    if (found == node.end() || !found->is_string()) continue;
    const bool of_network =
        std::string_view(key) == "filename" && driver != "file" && driver != "host_device";
    return of_network ? std::nullopt : std::optional(found->get<std::string>());
  }
  const auto file = node.find("file");
  return file == node.end() ? std::nullopt : file_in(*file, depth + 1);
}

}  // namespace

std::filesystem::path path_of_disk(const std::string& name, const std::filesystem::path& folder) {
  constexpr std::string_view json = "json:";
  constexpr std::string_view file = "file:";
  if (name.starts_with(json)) {
    const auto node = nlohmann::json::parse(name.substr(json.size()), nullptr, false);
    const auto found = file_in(node, 0);
    if (!found) refuse(name);
    return folder / *found;
  }
  if (name.starts_with(file)) return folder / name.substr(file.size());
  const auto colon = name.find(':');
  // As QEMU does: a colon before the first slash ends a protocol.
  if (colon != std::string::npos && colon < name.find('/')) refuse(name);
  return folder / name;
}

}  // namespace nocloud
