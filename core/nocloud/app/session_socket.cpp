#include "nocloud/app/session_socket.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

bool answers(const fs::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

fs::path cache_socket(const Caller& caller) {
  const char* configured = std::getenv("XDG_CACHE_HOME");
  const fs::path cache =
      configured != nullptr && *configured == '/' ? fs::path(configured) : caller.home / ".cache";
  return cache / "libvirt" / "libvirt-sock";
}

}  // namespace

void pin_session_socket(const Caller& caller) {
  if (const char* configured = std::getenv("XDG_RUNTIME_DIR"); configured == nullptr || *configured == '\0') {
    const auto login_folder = fs::path("/run/user") / std::to_string(caller.uid);
    struct stat status {};
    const bool ours = ::stat(login_folder.c_str(), &status) == 0 && status.st_uid == ::getuid();
    if (!ours) return;  // then there is but one place for the socket: the cache folder
    ::setenv("XDG_RUNTIME_DIR", login_folder.c_str(), 1);
  }
  const auto pinned = fs::path(std::getenv("XDG_RUNTIME_DIR")) / "libvirt" / "libvirt-sock";
  const auto other = cache_socket(caller);
  if (!answers(other)) return;
  throw Error(
      ErrorKind::unavailable,
      fmt::format("a second libvirt daemon of yours answers at {}, beside the one at {}",
                  cited(other.string()), cited(pinned.string())),
      "It was started without XDG_RUNTIME_DIR and does not see the other's guests: stop its guests (with "
      "XDG_RUNTIME_DIR unset), then it ends by itself within two minutes.");
}

}  // namespace nocloud
