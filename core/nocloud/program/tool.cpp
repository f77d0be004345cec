#include "nocloud/program/tool.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

std::string flags_of(const OptionSpec& option) {
  std::string flags = option.letter == '\0' ? "    " : fmt::format("-{}, ", option.letter);
  flags += "--" + option.name;
  if (!option.value.empty()) flags += " " + option.value;
  return flags;
}

std::string options_text(const std::vector<OptionSpec>& options) {
  std::size_t width = 0;
  for (const auto& option : options) width = std::max(width, flags_of(option).size());
  std::string text;
  for (const auto& option : options)
    text += fmt::format("  {:{}}  {}\n", flags_of(option), width, option.help);
  return text;
}

}  // namespace

const std::vector<OptionSpec>& common_options() {
  using Source = OptionSpec::Source;
  static const std::vector<OptionSpec> options{
      {.name = "connect",
       .value = "URI",
       .help = "the hypervisor (default: $LIBVIRT_DEFAULT_URI, else qemu:///system if usable, else "
               "qemu:///session)",
       .source = Source::setting},
      {.name = "realm",
       .value = "TEXT",
       .help = "sets the MACs and addresses of hosts that share a LAN apart",
       .source = Source::setting},
      {.name = "output", .value = "text|json", .help = "for people or for programs (default: text)"},
      {.name = "verbose", .letter = 'v', .help = "show each step also where no terminal is"},
      {.name = "quiet", .letter = 'q', .help = "show no steps"},
      {.name = "help", .letter = 'h', .help = "show this and exit"},
      {.name = "version", .help = "show the version and exit"}};
  return options;
}

std::string variable_of(const OptionSpec& setting) {
  std::string variable = "NOCLOUD_" + setting.name;
  std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char letter) {
    return letter == '-' ? '_' : static_cast<char>(std::toupper(letter));
  });
  return variable;
}

std::vector<OptionSpec> all_options(const ToolSpec& tool) {
  auto options = tool.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

bool Invocation::has(std::string_view option) const {
  return given_.contains(std::string(option));
}

bool Invocation::is_typed(std::string_view option) const {
  const auto found = given_.find(std::string(option));
  return found != given_.end() && found->second.place == fmt::format("--{}", option);
}

std::optional<std::string> Invocation::value(std::string_view option) const {
  const auto found = given_.find(std::string(option));
  return found == given_.end() ? std::nullopt : std::optional(found->second.value);
}

void Invocation::require_one_at_most(const std::vector<std::string>& options) const {
  std::vector<std::string> given;
  for (const auto& option : options) {
    if (has(option)) given.push_back("--" + option);
  }
  if (given.size() > 1) refuse_usage(fmt::format("{} and {} don't go together", given[0], given[1]));
}

void Invocation::require_only(std::string_view use, const std::vector<std::string>& options) const {
  std::set<std::string, std::less<>> known(options.begin(), options.end());
  for (const auto& option : common_options()) known.insert(option.name);
  for (const auto& [name, given] : given_) {
    if (is_typed(name) && !known.contains(name))
      refuse_usage(fmt::format("{} and {} don't go together", use, given.place));
  }
}

void Invocation::require_no_words(std::string_view use) const {
  if (!words_.empty()) refuse_usage(fmt::format("{} takes no word: {}", use, cited(words_.front())));
}

void refuse_usage(std::string_view message) {
  throw Error(ErrorKind::usage, std::string(message), "--help shows how it is used.");
}

std::string help_text(const ToolSpec& tool) {
  std::string text;
  for (const auto& synopsis : tool.synopses) {
    text += fmt::format("{} {} {}\n", text.empty() ? "Usage:" : "      ", tool.name, synopsis);
  }
  text += fmt::format("\n{}\n", tool.summary);
  if (!tool.options.empty()) text += "\nOptions:\n" + options_text(tool.options);
  text += "\nCommon options:\n" + options_text(common_options());
  if (!tool.examples.empty()) text += "\nExamples:\n";
  for (const auto& example : tool.examples)
    text += fmt::format("  {}\n      {}\n", example.command, example.meaning);
  return text + fmt::format("\nExit status: {}\n", exit_statuses);
}

}  // namespace nocloud
