#include "nocloud/app/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/program_options.hpp>

#include "nocloud/app/caller.hpp"
#include "nocloud/app/data_files.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace po = boost::program_options;

constexpr std::string_view words_key = "words of the command line";
constexpr std::size_t largest_config = 65536;

void declare(po::options_description& description, const OptionSpec& option) {
  const std::string names =
      option.letter == '\0' ? option.name : fmt::format("{},{}", option.name, option.letter);
  if (option.value.empty()) {
    description.add_options()(names.c_str(), "");
  } else {
    description.add_options()(names.c_str(), po::value<std::string>(), "");
  }
}

po::options_description declared(const std::vector<OptionSpec>& options) {
  po::options_description description;
  for (const auto& option : options) declare(description, option);
  return description;
}

/// The settings of all tools: a config file serves them all, so a tool passes over what is another's.
std::vector<OptionSpec> settings_of_all_tools() {
  std::vector<OptionSpec> settings;
  for (const auto* name :
       {"connect", "realm", "network", "virt-type", "timeout", "hostname", "state", "owner", "stem"}) {
    settings.push_back({.name = name, .value = "VALUE", .help = ""});
  }
  return settings;
}

/// Of the user's own settings of nocloud.
std::filesystem::path user_folder(const std::filesystem::path& home) {
  const char* configured = std::getenv("XDG_CONFIG_HOME");
  const bool usable = configured != nullptr && *configured == '/';
  return (usable ? std::filesystem::path(configured) : home / ".config") / "nocloud";
}

const OptionSpec* find_option(const std::vector<OptionSpec>& options, std::string_view argument) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const OptionSpec& option) {
    if (argument.starts_with("--")) return option.name == argument.substr(2);
    return argument.size() == 2 && option.letter != '\0' && option.letter == argument[1];
  });
  return found == options.end() ? nullptr : &*found;
}

/// Whether the option takes the argument after it: `-n`, `--name`, and `-vn`, but not `-nVALUE`,
/// `--name=VALUE`.
bool takes_next(std::string_view argument, const std::vector<OptionSpec>& options) {
  if (!argument.starts_with("--")) {
    for (std::size_t at = 1; at < argument.size(); ++at) {
      const auto* option = find_option(options, fmt::format("-{}", argument[at]));
      if (option != nullptr && !option->value.empty()) return at + 1 == argument.size();
    }
    return false;
  }
  const auto* option = find_option(options, argument);
  return option != nullptr && !option->value.empty();
}

/// How many of the arguments are options and their values: the rest is a command of the user's.
std::size_t options_before_command(const std::vector<std::string>& arguments,
                                   const std::vector<OptionSpec>& options) {
  std::size_t at = 0;
  while (at < arguments.size() && arguments[at].starts_with('-') && arguments[at] != "-" &&
         arguments[at] != "--") {
    at += takes_next(arguments[at], options) ? 2U : 1U;
  }
  return std::min(at, arguments.size());
}

struct CommandLine {
  std::vector<std::string> options;
  std::vector<std::string> words;
};

CommandLine without_command(const ToolSpec& tool, const std::vector<std::string>& arguments,
                            const std::vector<OptionSpec>& options) {
  if (tool.words != ToolSpec::Words::command) return {arguments, {}};
  const auto end =
      arguments.begin() + static_cast<std::ptrdiff_t>(options_before_command(arguments, options));
  const bool marked = end != arguments.end() && *end == "--";
  return {{arguments.begin(), end}, {marked ? end + 1 : end, arguments.end()}};
}

po::parsed_options parse_arguments(const ToolSpec& tool, const std::vector<std::string>& arguments,
                                   const po::options_description& description) {
  namespace style = po::command_line_style;
  constexpr int strict = style::unix_style & ~style::allow_guessing;
  po::options_description with_words;
  with_words.add(description).add_options()(words_key.data(), po::value<std::vector<std::string>>(), "");
  po::positional_options_description positions;
  positions.add(words_key.data(), tool.words == ToolSpec::Words::anywhere ? -1 : 0);
  return po::command_line_parser(arguments).options(with_words).positional(positions).style(strict).run();
}

/// Boost's own text, in our words where it is obscure.
std::string usage_message(const po::error& error) {
  if (dynamic_cast<const po::too_many_positional_options_error*>(&error) != nullptr) {
    return "there is a word too many on the command line";
  }
  return printable(error.what());
}

void adopt(std::map<std::string, std::string>& values, const po::parsed_options& parsed) {
  for (const auto& option : parsed.options) {
    if (option.string_key == words_key) continue;
    values.emplace(option.string_key, option.value.empty() ? "" : option.value.front());
  }
}

void check_repetition(const po::parsed_options& parsed) {
  std::map<std::string, int> seen;
  for (const auto& option : parsed.options) {
    if (option.string_key == words_key || option.value.empty()) continue;
    if (++seen[option.string_key] > 1) refuse_usage(fmt::format("--{} is given twice", option.string_key));
  }
}

void add_environment(std::map<std::string, std::string>& values, const std::vector<OptionSpec>& options) {
  for (const auto& option : options) {
    if (option.source != OptionSpec::Source::setting) continue;
    const char* value = std::getenv(variable_of(option).c_str());
    if (value != nullptr && *value != '\0') values.emplace(option.name, value);
  }
}

/// A file in the current folder decides which hypervisor is used: another user must not be able to leave one
/// there.
void check_owner(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return;
  const char* sudo_user = std::getenv("SUDO_UID");
  const bool ours =
      status.st_uid == 0 || status.st_uid == ::getuid() ||
      (::getuid() == 0 && sudo_user != nullptr && parse_number<uid_t>(sudo_user) == status.st_uid);
  if (ours && (status.st_mode & S_IWOTH) == 0) return;
  throw Error(ErrorKind::invalid_input,
              fmt::format("{} is another user's, or anybody may write it", cited(file.string())),
              "Change its owner and mode, or remove it.");
}

void add_config_file(std::map<std::string, std::string>& values, const ConfigPlaces& places,
                     const std::vector<OptionSpec>& options) {
  for (const auto& file : places.files) {
    const auto content = read_file_if_present(file, largest_config);
    if (!content) continue;
    check_owner(file);
    std::istringstream stream(*content);
    try {
      std::map<std::string, std::string> configured;
      adopt(configured, po::parse_config_file(stream, declared(settings_of_all_tools())));
      for (const auto& [name, value] : configured) {
        const auto* option = find_option(options, "--" + name);
        const bool is_setting = option != nullptr && option->source == OptionSpec::Source::setting;
        if (is_setting) values.emplace(name, value);
      }
    } catch (const po::error& error) {
      throw Error(ErrorKind::invalid_input, fmt::format("{}: {}", cited(file.string()), usage_message(error)),
                  "It may set connect, realm, network, virt-type and timeout, and for vminventory hostname, "
                  "state and owner, a line each: name=value.");
    }
    return;
  }
}

}  // namespace

ConfigPlaces config_places(const std::filesystem::path& home) {
  return {.files = {".nocloud.conf", user_folder(home) / "nocloud.conf", "/etc/nocloud.conf"}};
}

std::vector<std::filesystem::path> catalogue_places(const std::filesystem::path& data,
                                                    const std::filesystem::path& home) {
  return {data / "recipes/images.json", "/etc/nocloud.images.json", user_folder(home) / "images.json"};
}

Invocation read_invocation(const ToolSpec& tool, const std::vector<std::string>& arguments,
                           const ConfigPlaces& places) {
  const auto options = all_options(tool);
  auto command_line = without_command(tool, arguments, options);
  std::map<std::string, std::string> values;
  try {
    const auto parsed = parse_arguments(tool, command_line.options, declared(options));
    check_repetition(parsed);
    adopt(values, parsed);
    for (const auto& option : parsed.options) {
      if (option.string_key != words_key) continue;
      command_line.words.insert(command_line.words.end(), option.value.begin(), option.value.end());
    }
  } catch (const po::error& error) {
    refuse_usage(usage_message(error));
  }
  add_environment(values, options);
  if (!values.contains("help") && !values.contains("version")) add_config_file(values, places, options);
  return {std::move(values), std::move(command_line.words)};
}

Invocation read_settings(const ToolSpec& tool, const std::optional<std::string>& uri) {
  std::vector<std::string> words;
  if (uri) words.push_back("--connect=" + *uri);
  return read_invocation(tool, words, config_places(find_caller().home));
}

}  // namespace nocloud
