#include "nocloud/program/config_file.hpp"

#include <array>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <boost/program_options.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/trusted_file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/connection_uri.hpp"

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
  const auto content = read_trusted_file(file.path, largest_config, file.user);
  if (!content) return std::nullopt;
  auto settings = parse(*content, file);
  check_settings(settings, file);
  return settings;
}

}  // namespace nocloud
