#include "nocloud/program/config.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <boost/program_options.hpp>

#include "nocloud/base/text.hpp"
#include "nocloud/program/caller.hpp"
#include "nocloud/program/data_files.hpp"

namespace nocloud {
namespace {

namespace po = boost::program_options;

constexpr std::string_view words_key = "words of the command line";

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

po::parsed_options parse_arguments(const std::vector<std::string>& arguments,
                                   const po::options_description& description) {
  namespace style = po::command_line_style;
  constexpr int strict = style::unix_style & ~style::allow_guessing;
  po::options_description with_words;
  with_words.add(description).add_options()(words_key.data(), po::value<std::vector<std::string>>(), "");
  po::positional_options_description positions;
  positions.add(words_key.data(), -1);
  return po::command_line_parser(arguments).options(with_words).positional(positions).style(strict).run();
}

using Values = std::map<std::string, Given>;

void adopt(Values& values, const po::parsed_options& parsed) {
  for (const auto& option : parsed.options) {
    if (option.string_key == words_key) continue;
    values.emplace(option.string_key, Given{.value = option.value.empty() ? "" : option.value.front(),
                                            .place = "--" + option.string_key});
  }
}

void check_repetition(const po::parsed_options& parsed) {
  std::map<std::string, int> seen;
  for (const auto& option : parsed.options) {
    if (option.string_key == words_key || option.value.empty()) continue;
    if (++seen[option.string_key] > 1) refuse_usage(fmt::format("--{} is given twice", option.string_key));
  }
}

void add_environment(Values& values, const std::vector<OptionSpec>& options) {
  for (const auto& option : options) {
    if (option.source != OptionSpec::Source::setting) continue;
    const auto variable = variable_of(option);
    const char* value = std::getenv(variable.c_str());
    if (value != nullptr && *value != '\0')
      values.emplace(option.name, Given{.value = value, .place = "$" + variable});
  }
}

void add_config_files(Values& values, const ConfigFiles& files, const std::vector<OptionSpec>& options) {
  for (const auto& file : files) {
    const auto configured = read_config_file(file).value_or(std::map<std::string, std::string>());
    for (const auto& [name, value] : configured) {
      const auto* option = find_option(options, "--" + name);  // nothing: a setting of other tools
      const bool is_setting = option != nullptr && option->source == OptionSpec::Source::setting;
      if (!is_setting) continue;
      values.emplace(name,
                     Given{.value = value, .place = fmt::format("{}: {}", cited(file.path.string()), name)});
    }
  }
}

}  // namespace

std::filesystem::path settings_folder(const std::filesystem::path& home) {
  const char* configured = std::getenv("XDG_CONFIG_HOME");
  const bool usable = configured != nullptr && *configured == '/';
  return (usable ? std::filesystem::path(configured) : home / ".config") / "nocloud";
}

ConfigFiles config_files(const ToolSpec& tool, const Caller& caller) {
  ConfigFiles files{{.path = settings_folder(caller.home) / "nocloud.conf", .user = caller.files},
                    {.path = "/etc/nocloud.conf"}};
  if (tool.local_config == ToolSpec::LocalConfig::ignored) return files;
  files.insert(files.begin(),
               {.path = ".nocloud.conf", .source = ConfigFile::Source::current_folder, .user = caller.files});
  return files;
}

Invocation read_invocation(const ToolSpec& tool, const std::vector<std::string>& arguments,
                           const ConfigFiles& files) {
  const auto options = all_options(tool);
  auto command_line = without_command(tool, arguments, options);
  Values values;
  try {
    const auto parsed = parse_arguments(command_line.options, declared(options));
    check_repetition(parsed);
    adopt(values, parsed);
    for (const auto& option : parsed.options) {
      if (option.string_key != words_key) continue;
      command_line.words.insert(command_line.words.end(), option.value.begin(), option.value.end());
    }
  } catch (const po::error& error) {
    refuse_usage(printable(error.what()));
  }
  add_environment(values, options);
  if (!values.contains("help") && !values.contains("version")) add_config_files(values, files, options);
  Invocation invocation(std::move(values), std::move(command_line.words));
  if (tool.words == ToolSpec::Words::none) invocation.require_no_words("this command");
  return invocation;
}

Invocation read_settings(const ToolSpec& tool, const std::optional<std::string>& uri,
                         const std::optional<std::string>& timeout) {
  std::vector<std::string> words;
  if (uri) words.push_back("--connect=" + *uri);
  if (timeout) words.push_back("--timeout=" + *timeout);
  return read_invocation(tool, words, config_files(tool, find_caller()));
}

}  // namespace nocloud
