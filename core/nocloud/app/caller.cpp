#include "nocloud/app/caller.hpp"

#include <array>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

/// The user behind sudo, if root runs for one.
std::optional<uid_t> sudo_caller() {
  if (::getuid() != 0) return std::nullopt;
  const auto uid = environment("SUDO_UID");
  const auto number = uid ? parse_number<uid_t>(*uid) : std::nullopt;
  return number == uid_t{0} ? std::nullopt : number;
}

struct Account {
  std::string name;
  fs::path home;
};

Account account_of(uid_t uid) {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return {found->pw_name, found->pw_dir};
  }
  return {fmt::format("uid{}", uid), "/"};  // containers have users without names
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return printable(name.data());
}

fs::path runtime_folder(uid_t uid, bool by_sudo) {
  const auto configured = environment("XDG_RUNTIME_DIR");
  if (configured && !by_sudo) return fs::path(*configured) / "nocloud";
  if (uid == 0) return "/run/nocloud";
  const auto session = fs::path("/run/user") / std::to_string(uid);
  return fs::is_directory(session) ? session / "nocloud" : fs::path(fmt::format("/tmp/nocloud-{}", uid));
}

}  // namespace

Caller find_caller() {
  const auto behind_sudo = sudo_caller();
  const uid_t uid = behind_sudo.value_or(::getuid());
  const auto account = account_of(uid);
  Caller caller{.owner = {.user = account.name, .host = host_name()}, .uid = uid, .home = account.home};
  auto data = caller.home / ".local" / "share";
  auto cache = caller.home / ".cache";
  if (!behind_sudo) {
    caller.home = environment("HOME").value_or(account.home.string());
    data = environment("XDG_DATA_HOME").value_or((caller.home / ".local" / "share").string());
    cache = environment("XDG_CACHE_HOME").value_or((caller.home / ".cache").string());
  }
  caller.data_folder = data / "nocloud";
  caller.cache_folder = cache / "nocloud";
  caller.runtime_folder = runtime_folder(uid, behind_sudo.has_value());
  return caller;
}

void claim_runtime_folder(const Caller& caller) {
  const auto& path = caller.runtime_folder;
  make_folder(path.parent_path(), 0755);
  if (::mkdir(path.c_str(), 0700) == 0 && ::getuid() == 0 && caller.uid != 0 &&
      ::lchown(path.c_str(), caller.uid, gid_t(-1)) != 0) {
    throw system_error(fmt::format("cannot hand {} over", cited(path.string())));
  }
  struct stat status {};
  const bool there = ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  if (there && status.st_uid == caller.uid && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("{} is no folder of {}'s alone", cited(path.string()), caller.owner.user),
              "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.");
}

}  // namespace nocloud
