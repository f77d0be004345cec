#include "nocloud/program/man_page.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace nocloud {
namespace {

/// Text as roff takes it: no escapes, no requests, and hyphens that can be copied.
std::string escaped(std::string_view text) {
  std::string safe;
  if (text.starts_with('.') || text.starts_with('\'')) safe += "\\&";
  for (const char letter : text) {
    if (letter == '\\') {
      safe += "\\e";
    } else if (letter == '-') {
      safe += "\\-";
    } else {
      safe += letter;
    }
  }
  return safe;
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return upper;
}

std::string option_text(const OptionSpec& option) {
  const auto letter = option.letter == '\0' ? "" : fmt::format("\\fB\\-{}\\fR, ", option.letter);
  const auto value = option.value.empty() ? "" : fmt::format(" \\fI{}\\fR", escaped(option.value));
  return fmt::format(".TP\n{}\\fB\\-\\-{}\\fR{}\n{}\n", letter, escaped(option.name), value,
                     escaped(option.help));
}

std::string options_section(std::string_view title, const std::vector<OptionSpec>& options) {
  if (options.empty()) return {};
  auto text = fmt::format(".SH {}\n", title);
  for (const auto& option : options) text += option_text(option);
  return text;
}

/// Where settings come from beside the command line; nothing for a tool that has none.
std::string settings_section(const std::vector<OptionSpec>& options) {
  std::string variables;
  for (const auto& option : options) {
    if (option.source != OptionSpec::Source::setting) continue;
    variables += fmt::format(".TP\n.B {}\nas \\fB\\-\\-{}\\fR\n", variable_of(option), escaped(option.name));
  }
  return ".SH ENVIRONMENT\n" + variables +
         ".SH FILES\nThese may hold the same settings, a line each: \\fIname\\fR=\\fIvalue\\fR. The first "
         "that "
         "names a setting decides.\nThe one in the current folder may not set \\fIconnect\\fR and "
         "\\fIrealm\\fR.\n.PP\n"
         "\\fI./.nocloud.conf\\fR, \\fI$XDG_CONFIG_HOME/nocloud/nocloud.conf\\fR, "
         "\\fI/etc/nocloud.conf\\fR\n";
}

}  // namespace

std::string man_page(const ToolSpec& tool) {
  auto text = fmt::format(".TH {} 1 \"\" \"nocloud {}\" \"nocloud\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
                          upper_case(tool.name), NOCLOUD_VERSION, tool.name, escaped(tool.summary));
  for (const auto& synopsis : tool.synopses) {
    text += fmt::format(".B {}\n{}\n.br\n", tool.name, escaped(synopsis));
  }
  text += options_section("OPTIONS", tool.options) + options_section("COMMON OPTIONS", common_options());
  text += settings_section(all_options(tool));
  text += ".SH EXIT STATUS\n" + escaped(exit_statuses) + "\n";
  if (!tool.examples.empty()) text += ".SH EXAMPLES\n";
  for (const auto& example : tool.examples) {
    text += fmt::format(".TP\n.B {}\n{}\n", escaped(example.command), escaped(example.meaning));
  }
  return text;
}

}  // namespace nocloud
