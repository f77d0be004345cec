#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// The folder where libvirt's QEMU driver keeps a file NAME.xml of each domain, which it replaces at each
/// change (libvirt's src/qemu/qemu_conf.c and virFileRewrite). Only a hint: libvirt may run elsewhere, and
/// says what is true.
class DomainFolder {
 public:
  /// Of qemu:///system or qemu:///session on this machine; nothing for any other connection.
  static std::optional<DomainFolder> of(std::string_view uri);

  /// When a domain came, went or was changed for the last time, in nanoseconds since the epoch, by the clock
  /// of the file system. Nothing if the folder can't be looked at.
  std::optional<std::int64_t> last_change() const;
  /// The same; nothing if that was so short a time ago that another change could leave the same time behind.
  std::optional<std::int64_t> settled_change() const;
  /// Whether it has all these domains.
  bool has(const std::vector<std::string>& domains) const;

 private:
  explicit DomainFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace nocloud
