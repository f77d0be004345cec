#include "nocloud/app/config_file.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/program_options.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/fd.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/connection_uri.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using Settings = std::map<std::string, std::string>;

constexpr std::size_t largest_config = 65536;

/// The settings of all tools: a file serves them all.
constexpr std::array harmless{"network", "virt-type", "timeout", "hostname", "state", "owner", "stem"};
/// Only trusted files may set these.
constexpr std::array far_reaching{"connect", "realm"};

constexpr std::string_view may_be_set_here =
    "A file in the current folder may set network, virt-type, timeout and stem, and for vminventory "
    "hostname, "
    "state "
    "and owner, a line each: name=value.";
constexpr std::string_view may_be_set_anywhere =
    "It may set connect, realm, network, virt-type, timeout and stem, and for vminventory hostname, state "
    "and "
    "owner, "
    "a line each: name=value.";

[[noreturn]] void refuse(const fs::path& path, std::string_view why, std::string_view remedy) {
  throw Error(ErrorKind::invalid_input, fmt::format("{} {}", cited(path.string()), why), std::string(remedy));
}

/// No link is followed: it could lead to a file of root's whose text is another user's. O_NONBLOCK: opening a
/// FIFO must not wait for a writer.
Fd open_plain(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (fd || errno == ENOENT || errno == ENOTDIR) return fd;
  if (errno == ELOOP) refuse(path, "is a link", "Put the file itself there, or remove the link.");
  throw system_error(fmt::format("cannot read {}", cited(path.string())));
}

/// Root by sudo acts for the user who called.
bool is_callers_or_roots(uid_t uid) {
  const char* sudo_user = std::getenv("SUDO_UID");
  const bool by_sudo = ::getuid() == 0 && sudo_user != nullptr && parse_number<uid_t>(sudo_user) == uid;
  return uid == 0 || uid == ::getuid() || by_sudo;
}

/// Judges the open file, which no other can take the place of.
void check_writers(const Fd& fd, const fs::path& path) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    throw system_error(fmt::format("cannot look at {}", cited(path.string())));
  if (!S_ISREG(status.st_mode)) refuse(path, "is not a regular file", "Remove it.");
  if (!is_callers_or_roots(status.st_uid)) {
    refuse(path, "belongs to another user", "Run `chown` on it if you trust its content, or remove it.");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    refuse(path, "may be written by others than its owner",
           fmt::format("Check its content, then run: chmod go-w {}", printable(path.string())));
  }
}

Settings parse(const std::string& content, const ConfigFile& file) {
  po::options_description known;
  for (const auto* name : harmless) known.add_options()(name, po::value<std::string>(), "");
  for (const auto* name : far_reaching) known.add_options()(name, po::value<std::string>(), "");
  std::istringstream stream(content);
  try {
    Settings settings;
    for (const auto& option : po::parse_config_file(stream, known).options) {
      settings.emplace(option.string_key, option.value.empty() ? "" : option.value.front());
    }
    return settings;
  } catch (const po::error& error) {
    const bool here = file.source == ConfigFile::Source::current_folder;
    throw Error(ErrorKind::invalid_input,
                fmt::format("{}: {}", cited(file.path.string()), printable(error.what())),
                std::string(here ? may_be_set_here : may_be_set_anywhere));
  }
}

void check_settings(const Settings& settings, const ConfigFile& file) {
  if (file.source == ConfigFile::Source::current_folder) {
    for (const auto* name : far_reaching) {
      if (!settings.contains(name)) continue;
      refuse(file.path, fmt::format("sets '{}', which a file in the current folder may not", name),
             fmt::format("Move the line to your own nocloud.conf, or use --{}. {}", name, may_be_set_here));
    }
  }
  const auto uri = settings.find("connect");
  const auto trouble = uri == settings.end() ? std::nullopt : uncommon_part(uri->second);
  if (!trouble) return;
  refuse(file.path,
         fmt::format("sets 'connect' to a URI with {}, which could run a program or choose a key",
                     cited(*trouble)),
         "Set such a URI by --connect or in the environment: NOCLOUD_CONNECT or LIBVIRT_DEFAULT_URI.");
}

}  // namespace

std::optional<Settings> read_config_file(const ConfigFile& file) {
  const auto fd = open_plain(file.path);
  if (!fd) return std::nullopt;
  check_writers(fd, file.path);
  auto settings = parse(read_all(fd, file.path, largest_config), file);
  check_settings(settings, file);
  return settings;
}

}  // namespace nocloud
