#include "nocloud/program/completion.hpp"

#include <vector>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

bool has_verbs(const ToolSpec& tool) {
  return tool.word_candidates == Candidates::verbs;
}

/// The words that a value's name itself offers: of "USER|any" it is "any".
std::vector<std::string> offered_words(const OptionSpec& option) {
  std::vector<std::string> words;
  for (const auto word : split(option.value, '|')) {
    const bool literal =
        !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
    if (literal) words.emplace_back(word);
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// The command that prints what there is of a kind; empty for the kinds that are nothing of nocloud's.
std::string names_command(Candidates kind) {
  switch (kind) {
    case Candidates::vms:
      return "nocloud names vms 2>/dev/null";
    case Candidates::groups:
      return "nocloud names groups 2>/dev/null";
    case Candidates::types:
      return "nocloud names types 2>/dev/null";
    case Candidates::templates:
      return "nocloud names templates 2>/dev/null";
    case Candidates::recipes:
      return "nocloud names recipes 2>/dev/null";
    case Candidates::images:
      return "nocloud names images templates 2>/dev/null";
    case Candidates::verbs:
      return "nocloud names verbs 2>/dev/null";
    case Candidates::none:
    case Candidates::files:
      break;
  }
  return {};
}

/// The text in single quotes; `quote` is how one stands within them.
std::string quoted(std::string_view text, std::string_view quote) {
  std::string safe = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      safe += quote;
    } else {
      safe += letter;
    }
  }
  return safe + "'";
}

// bash

/// What fills COMPREPLY: the words and the names that there are, or files. bash expands the words of
/// `compgen -W`, so no name may come near it.
std::string bash_candidates(const ToolSpec& tool, const std::vector<std::string>& words, Candidates kind) {
  if (kind == Candidates::files) {
    return R"(mapfile -t COMPREPLY < <(compgen -f -- "$word"); compopt -o filenames)";
  }
  std::vector<std::string> sources;
  if (const auto command = names_command(kind); !command.empty()) sources.push_back(command);
  if (!words.empty()) sources.push_back("printf '%s\\n' " + joined(words));
  if (sources.empty()) return ":";
  return fmt::format("_{}_offer < <({})", tool.name, fmt::join(sources, "; "));
}

/// After its verb nocloud's command line is that of another tool, whose script lies beside its own. A script
/// read by a relative path would look for it wherever the shell is now.
constexpr std::string_view bash_verb_tool = R"(
  if ((COMP_CWORD > 1)); then
    local tool=vm${COMP_WORDS[1]#vm} folder=${BASH_SOURCE[0]%/*}
    [[ $folder == /* && -e $folder/$tool ]] || return 0
    declare -F "_$tool" >/dev/null || . "$folder/$tool"
    COMP_WORDS=("$tool" "${COMP_WORDS[@]:2}") COMP_CWORD=$((COMP_CWORD - 1))
    "_$tool" "$tool" "$2" "$3"
    return
  fi)";
constexpr std::string_view zsh_verb_tool = R"(if ((CURRENT > 2)); then
  words[2]=vm${words[2]#vm}
  shift words
  ((CURRENT--))
  _normal
  return
fi
)";
constexpr std::string_view fish_verb_tool = R"(function __nocloud_rest
    set -l words (commandline -opc)
    set -l tool vm(string replace -r '^vm' '' -- $words[2])
    complete -C "$tool $words[3..] "(commandline -ct)
end
complete -c nocloud -n 'not __fish_use_subcommand' -a '(__nocloud_rest)'
)";

std::string bash_script(const ToolSpec& tool) {
  std::string values;
  std::vector<std::string> flags;
  for (const auto& option : all_options(tool)) {
    flags.push_back("--" + option.name);
    if (option.value.empty()) continue;
    const auto letter = option.letter == '\0' ? "" : fmt::format("-{} | ", option.letter);
    values += fmt::format("    {}--{}) {} ;;\n", letter, option.name,
                          bash_candidates(tool, offered_words(option), option.candidates));
  }
  return fmt::format(
      R"(_{0}_offer() {{
  local LC_ALL=C name
  while IFS= read -r name; do
    [[ $name == "$word"* && $name =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] && COMPREPLY+=("$name")
  done
}}
_{0}() {{{4}
  local word=$2 before=$3
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  COMPREPLY=()
  case $before in
{1}    *)
      case $word in
        -*) mapfile -t COMPREPLY < <(compgen -W "{2}" -- "$word") ;;
        *) {3} ;;
      esac
      ;;
  esac
}}
complete -F _{0} {0}
)",
      tool.name, values, joined(flags), bash_candidates(tool, {}, tool.word_candidates),
      has_verbs(tool) ? bash_verb_tool : "");
}

// zsh: specifications as _arguments reads them

/// Within a specification brackets, colons and backslashes would end something.
std::string zsh_text(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    if (std::string_view("[]:\\").find(letter) != std::string_view::npos) safe += '\\';
    safe += letter;
  }
  return safe;
}

std::string zsh_action(const std::vector<std::string>& words, Candidates kind) {
  if (kind == Candidates::files) return "_files";
  if (const auto command = names_command(kind); !command.empty()) {
    return fmt::format("{{compadd -- ${{(f)\"$({})\"}} {}}}", command, joined(words));
  }
  return words.empty() ? " " : "(" + joined(words) + ")";
}

std::string zsh_option(const OptionSpec& option) {
  const bool has_value = !option.value.empty();
  const auto value = has_value ? fmt::format(":{}:{}", zsh_text(option.value),
                                             zsh_action(offered_words(option), option.candidates))
                               : std::string();
  const auto rest = quoted(fmt::format("[{}]{}", zsh_text(option.help), value), R"('\'')");
  const auto name = fmt::format("--{}{}", option.name, has_value ? "=" : "");
  if (option.letter == '\0') return name + rest;
  return fmt::format("'(-{0} --{1})'{{-{0}{2},{3}}}{4}", option.letter, option.name, has_value ? "+" : "",
                     name, rest);
}

std::string zsh_script(const ToolSpec& tool) {
  auto text = fmt::format("#compdef {}\n{}_arguments -s -S", tool.name, has_verbs(tool) ? zsh_verb_tool : "");
  for (const auto& option : all_options(tool)) text += " \\\n  " + zsh_option(option);
  if (tool.words != ToolSpec::Words::none) {
    text += " \\\n  " + quoted("*:word:" + zsh_action({}, tool.word_candidates), R"('\'')");
  }
  return text + "\n";
}

// fish

std::string fish_candidates(const std::vector<std::string>& words, Candidates kind) {
  std::string parts = joined(words);
  if (const auto command = names_command(kind); !command.empty()) {
    parts += (parts.empty() ? "(" : " (") + command + ")";
  }
  return parts.empty() ? "" : " -a " + quoted(parts, "\\'");
}

std::string fish_script(const ToolSpec& tool) {
  auto text = fmt::format("complete -c {} -f\n", tool.name);
  for (const auto& option : all_options(tool)) {
    const auto letter = option.letter == '\0' ? "" : fmt::format(" -s {}", option.letter);
    const auto* takes = option.value.empty() ? "" : option.candidates == Candidates::files ? " -r -F" : " -x";
    text +=
        fmt::format("complete -c {}{} -l {}{} -d {}{}\n", tool.name, letter, option.name, takes,
                    quoted(option.help, "\\'"), fish_candidates(offered_words(option), option.candidates));
  }
  if (tool.word_candidates != Candidates::none) {
    text += fmt::format("complete -c {}{}{}\n", tool.name, has_verbs(tool) ? " -n __fish_use_subcommand" : "",
                        fish_candidates({}, tool.word_candidates));
  }
  return has_verbs(tool) ? text + std::string(fish_verb_tool) : text;
}

}  // namespace

Shell shell_from(std::string_view word) {
  if (word == "bash") return Shell::bash;
  if (word == "zsh") return Shell::zsh;
  if (word == "fish") return Shell::fish;
  refuse_usage(fmt::format("{} is no shell that can be taught: bash, zsh and fish can", cited(word)));
}

std::string completion_script(const ToolSpec& tool, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script(tool);
    case Shell::zsh:
      return zsh_script(tool);
    case Shell::fish:
      return fish_script(tool);
  }
  return {};
}

}  // namespace nocloud
