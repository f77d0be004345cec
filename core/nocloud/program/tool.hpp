#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/error.hpp"

namespace nocloud {

/// What a value or a word may be, for shells that complete it. Of a value's name the lower-case alternatives
/// ("text|json") may be, too.
enum class Candidates {
  none,
  files,
  vms,
  groups,
  types,
  templates,
  recipes,
  /// What can be built or downloaded, and the templates there are.
  images,
  verbs
};

/// One option of a tool, declared once for its flag, its help and, if it is a setting, environment and config
/// file.
struct OptionSpec {
  std::string name;
  /// The short form; '\0' for none.
  char letter = '\0';
  /// What the help calls its value; empty for an option that takes none.
  std::string value = {};
  std::string help;
  /// A setting may also come from $NOCLOUD_NAME (upper case, `_` for `-`) and from a line `name=value` of the
  /// config file.
  enum class Source { command_line, setting } source = Source::command_line;
  Candidates candidates = Candidates::none;
};

/// The environment variable of a setting.
std::string variable_of(const OptionSpec& setting);

/// What a tool is to the person at the keyboard.
struct ToolSpec {
  std::string name;
  /// One sentence.
  std::string summary;
  /// Ways to call it, without its name.
  std::vector<std::string> synopses;
  std::vector<OptionSpec> options;
  enum class Words {
    none,
    anywhere,
    /// Options end at the first word: what follows is a command.
    command,
  } words = Words::none;
  Candidates word_candidates = Candidates::none;
  /// Whether ./.nocloud.conf is read. A shell that completes a line must not touch what lies where it is.
  enum class LocalConfig { read, ignored } local_config = LocalConfig::read;
  /// A command line and what it does.
  struct Example {
    std::string command;
    std::string meaning;
  };
  std::vector<Example> examples = {};
};

/// The options that every tool has.
const std::vector<OptionSpec>& common_options();
/// The tool's own, and those.
std::vector<OptionSpec> all_options(const ToolSpec& tool);

/// The value of an option or setting, and the place that says it: "--stem", "$NOCLOUD_STEM" or
/// "'/etc/nocloud.conf': stem".
struct Given {
  std::string value;
  std::string place;
};

/// A tool's command line together with the settings of environment and config file.
class Invocation {
 public:
  Invocation(std::map<std::string, Given> given, std::vector<std::string> words)
      : given_(std::move(given)), words_(std::move(words)) {}

  bool has(std::string_view option) const;
  /// Whether it stands on the command line, so not in a setting's file or variable.
  bool is_typed(std::string_view option) const;
  std::optional<std::string> value(std::string_view option) const;
  const std::vector<std::string>& words() const { return words_; }

  /// The option read by `parse`, or nothing; an Error of `parse` names the place of the value.
  template <class Parse>
  auto parsed(std::string_view option, Parse&& parse) const
      -> std::optional<decltype(parse(std::string_view()))> {
    const auto found = given_.find(std::string(option));
    if (found == given_.end()) return std::nullopt;
    return while_doing(found->second.place, [&] { return parse(std::string_view(found->second.value)); });
  }

  /// Throws Error{usage} if more than one of the options is given.
  void require_one_at_most(const std::vector<std::string>& options) const;
  /// Throws Error{usage} if the command line has an option that says nothing to `use`, such as "--list": one
  /// that is not among `options`, and not every tool's.
  void require_only(std::string_view use, const std::vector<std::string>& options) const;
  /// Throws Error{usage} if the command line has words.
  void require_no_words(std::string_view use) const;

 private:
  std::map<std::string, Given> given_;
  std::vector<std::string> words_;
};

/// Throws Error{usage} with a hint.
[[noreturn]] void refuse_usage(std::string_view message);

/// What the exit status of every tool says.
inline constexpr std::string_view exit_statuses =
    "0 ok, 1 failed, 2 usage, 3 invalid input, 4 not found, 5 conflict, 6 unavailable, 7 timed out,\n"
    "130 interrupted.";

/// Text of `--help`.
std::string help_text(const ToolSpec& tool);

}  // namespace nocloud
