#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"

namespace nocloud {

/// Something that a host has said, kept in the caller's runtime folder. Nothing of it ever fails: whoever
/// finds nothing, or has no place to write, asks the host. What is in a folder that others can write counts
/// as nothing.
class KnownFile {
 public:
  KnownFile(const std::filesystem::path& runtime_folder, const std::string& uri, std::string_view what);

  /// What `read` makes of what was kept, an optional; nothing if none was, or if it is not as we wrote it,
  /// which `read` says by throwing.
  template <class Read>
  std::invoke_result_t<Read, const nlohmann::json&> recall(const Read& read) const {
    try {
      const auto kept = content();
      if (kept) return read(*kept);
    } catch (const nlohmann::json::exception&) {
      return std::nullopt;
    } catch (const Error&) {
      return std::nullopt;
    }
    return std::nullopt;
  }
  void keep(const nlohmann::json& content) const;
  void forget() const;

 private:
  std::optional<nlohmann::json> content() const;

  std::filesystem::path path_;
};

/// Removes all that is kept of a host: of a VM that is gone nothing is to be left.
void forget_known(const std::filesystem::path& runtime_folder, const std::string& uri);

}  // namespace nocloud
