#include "terraform_shim/provider/wire/socket_place.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::terraform {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view stem = "terraform-";
constexpr std::string_view extension = ".socket";

sockaddr_un address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    throw Error(ErrorKind::unavailable,
                fmt::format("the path of a socket in {} is too long", cited(path.parent_path().string())),
                "Set XDG_RUNTIME_DIR to a folder with a shorter name.");
  }
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

/// Both must be so: a process may live where its number means nothing to us, or not listen yet.
bool is_abandoned(const fs::path& path) {
  const auto number = path.filename().string().substr(stem.size());
  const auto process = parse_number<pid_t>(number.substr(0, number.find('-')));
  if (!process || ::kill(*process, 0) == 0 || errno != ESRCH) return false;
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = address_of(path);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno == ECONNREFUSED;
}

void sweep(const fs::path& folder) {
  std::error_code ignored;  // another may sweep as well
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(stem) && name.ends_with(extension) && is_abandoned(entry.path())) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace

SocketPlace::SocketPlace(const fs::path& folder)
    : path_(folder / fmt::format("{}{}-{}{}", stem, ::getpid(), hex(random_bytes(4)), extension)) {
  address_of(path_);  // for its length
  sweep(folder);
}

SocketPlace::~SocketPlace() {
  std::error_code ignored;  // the server may have removed it
  fs::remove(path_, ignored);
}

}  // namespace nocloud::terraform
