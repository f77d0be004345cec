#include "nocloud/virt/domain_folder.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <sys/stat.h>

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// Two changes within this time may leave the same time behind: file systems know it by the kernel's tick.
constexpr std::chrono::nanoseconds coarsest_clock = std::chrono::milliseconds(100);

std::optional<fs::path> in_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value != '/') return std::nullopt;
  return value;
}

std::optional<fs::path> users_configuration() {
  if (auto configured = in_environment("XDG_CONFIG_HOME")) return configured;
  if (const auto home = in_environment("HOME")) return *home / ".config";
  return std::nullopt;
}

}  // namespace

std::optional<DomainFolder> DomainFolder::of(std::string_view uri) {
  if (uri == "qemu:///system") return DomainFolder("/etc/libvirt/qemu");
  if (uri != "qemu:///session") return std::nullopt;
  const auto configuration = users_configuration();
  if (!configuration) return std::nullopt;
  return DomainFolder(*configuration / "libvirt" / "qemu");
}

std::optional<std::int64_t> DomainFolder::last_change() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return std::nullopt;
  constexpr std::int64_t second = 1'000'000'000;
  return status.st_mtim.tv_sec * second + status.st_mtim.tv_nsec;
}

std::optional<std::int64_t> DomainFolder::settled_change() const {
  const auto change = last_change();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  if (!change || now < std::chrono::nanoseconds(*change) + coarsest_clock) return std::nullopt;
  return change;
}

bool DomainFolder::has(const std::vector<std::string>& domains) const {
  return std::ranges::all_of(domains, [&](const std::string& domain) {
    std::error_code error;
    return fs::is_regular_file(path_ / (domain + ".xml"), error);
  });
}

}  // namespace nocloud
