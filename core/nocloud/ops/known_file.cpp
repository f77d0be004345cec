#include "nocloud/ops/known_file.hpp"

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

std::string prefix_of(const std::string& uri) {
  return fmt::format("known-{}-", hex(bytes_of(sha256(uri))).substr(0, 16));
}

}  // namespace

fs::path known_file(const fs::path& runtime_folder, const std::string& uri, std::string_view what) {
  return runtime_folder / fmt::format("{}{}.json", prefix_of(uri), what);
}

void forget_known(const fs::path& runtime_folder, const std::string& uri) {
  const auto prefix = prefix_of(uri);
  std::error_code error;  // no folder, nothing known
  for (const auto& entry : fs::directory_iterator(runtime_folder, error)) {
    if (entry.path().filename().string().starts_with(prefix)) fs::remove(entry.path(), error);
  }
}

}  // namespace nocloud
