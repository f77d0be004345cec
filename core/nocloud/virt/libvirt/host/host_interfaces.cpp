#include "nocloud/virt/libvirt/host/host_interfaces.hpp"

#include <filesystem>
#include <string>
#include <system_error>

#include <net/if.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// Nothing where it can't be read.
std::optional<unsigned> number_in(const fs::path& file) {
  constexpr std::size_t limit = 64;
  try {
    return parse_number<unsigned>(trimmed(read_file(file, limit)));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

HostInterface interface_here(const BridgeName& name) {
  const unsigned index = ::if_nametoindex(name.str().c_str());
  if (index == 0) return HostInterface::none;
  const auto folder = fs::path("/sys/class/net") / name.str();
  if (number_in(folder / "ifindex") != index) return HostInterface::unknown;
  std::error_code missing;
  return fs::is_directory(folder / "bridge", missing) ? HostInterface::bridge : HostInterface::other;
}

}  // namespace nocloud
