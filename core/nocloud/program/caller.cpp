#include "nocloud/program/caller.hpp"

#include <array>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/program/machine.hpp"

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
  gid_t gid;
  fs::path home;
};

Account account_of(uid_t uid) {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return {found->pw_name, found->pw_gid, found->pw_dir};
  }
  return {fmt::format("uid{}", uid), gid_t{uid}, "/"};  // containers have users without names
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return printable(name.data());
}

bool is_folder_of(const fs::path& path, uid_t uid) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == uid;
}

/// Where a user without a login has one.
fs::path temporary_folder(uid_t uid, const SharedFolders& shared) {
  return shared.temporary / fmt::format("nocloud-{}", uid);
}

/// A user's folder until the next boot, or while the user is logged in; nothing where there is none. A
/// container may have no /run that its root can write.
std::optional<fs::path> session_folder(uid_t uid, const SharedFolders& shared) {
  const auto parent = uid == 0 ? shared.run : shared.run / "user" / std::to_string(uid);
  return is_folder_of(parent, uid) ? std::optional(parent / "nocloud") : std::nullopt;
}

fs::path shared_folder(uid_t uid, const SharedFolders& shared) {
  return session_folder(uid, shared).value_or(temporary_folder(uid, shared));
}

fs::path runtime_folder(uid_t uid, const SharedFolders& shared) {
  const auto configured = environment("XDG_RUNTIME_DIR");
  return configured ? fs::path(*configured) / "nocloud" : shared_folder(uid, shared);
}

/// Whether it is there, and this user's alone.
bool is_own_folder(const fs::path& path, uid_t uid) {
  struct stat status {};
  const bool there = ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return there && status.st_uid == uid && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool is_there(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

/// They depend on the machine alone: runs with and without a login's environment, and by sudo, must meet. A
/// login comes and goes, and with it /run/user/UID: so all runs of an ordinary user lock in /tmp, too.
std::vector<fs::path> lock_folders(uid_t uid, const SharedFolders& shared) {
  std::vector<fs::path> folders;
  const auto session = session_folder(uid, shared);
  if (session) folders.push_back(*session / "locks");
  if (session && uid == 0) return folders;
  const auto temporary = temporary_folder(uid, shared);
  // Whoever has made it in the user's place stops no run of a login, nor does a /tmp that can't be written;
  // runs without a login are refused then.
  const bool usable = is_there(temporary) ? is_own_folder(temporary, uid)
                                          : ::access(shared.temporary.c_str(), W_OK | X_OK) == 0;
  if (!session || usable) folders.push_back(temporary / "locks");
  return folders;
}

/// What root keeps for a user behind sudo lies where that user can't change it.
void keep_with_root(Caller& caller, const Account& account, const SharedFolders& shared) {
  caller.files = FileUser{.uid = caller.uid, .gid = account.gid};
  caller.data_folder = caller.home / ".local" / "share" / "nocloud";
  caller.cache_folder = account_of(0).home / ".cache" / "nocloud";
  caller.runtime_folder = shared_folder(0, shared) / std::to_string(caller.uid);
}

void make_own_folder(const fs::path& path, uid_t uid, std::string_view remedy) {
  make_folder(path.parent_path(), 0755);
  ::mkdir(path.c_str(), 0700);
  if (is_own_folder(path, uid)) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("{} is not a folder of {}'s alone", cited(path.string()), account_of(uid).name),
              std::string(remedy));
}

}  // namespace

Caller find_caller(const SharedFolders& shared) {
  const auto behind_sudo = sudo_caller();
  const uid_t uid = behind_sudo.value_or(::getuid());
  const auto account = account_of(uid);
  Caller caller{.owner = {.user = account.name, .host = host_name(), .uid = uid, .machine = this_machine()},
                .uid = uid,
                .home = account.home};
  caller.lock_folders = lock_folders(uid, shared);
  if (behind_sudo) {
    keep_with_root(caller, account, shared);
    return caller;
  }
  caller.home = environment("HOME").value_or(account.home.string());
  const auto data = environment("XDG_DATA_HOME").value_or((caller.home / ".local" / "share").string());
  const auto cache = environment("XDG_CACHE_HOME").value_or((caller.home / ".cache").string());
  caller.data_folder = fs::path(data) / "nocloud";
  caller.cache_folder = fs::path(cache) / "nocloud";
  caller.runtime_folder = runtime_folder(uid, shared);
  return caller;
}

void claim_runtime_folder(const Caller& caller) {
  constexpr std::string_view remedy = "Remove it, or ask its owner to.";
  if (caller.files) make_own_folder(caller.runtime_folder.parent_path(), ::getuid(), remedy);
  make_own_folder(caller.runtime_folder, ::getuid(),
                  "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.");
  const FileRights rights(caller.files);
  for (const auto& folder : caller.lock_folders) make_own_folder(folder.parent_path(), caller.uid, remedy);
}

}  // namespace nocloud
