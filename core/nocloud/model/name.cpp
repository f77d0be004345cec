#include "nocloud/model/name.hpp"

#include <algorithm>
#include <array>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// What a name may be made of.
struct Rule {
  std::string_view what;
  std::string_view first;
  std::string_view rest;
  std::size_t longest;
  /// The rule as a sentence: the hint of every error.
  std::string_view told;
};

constexpr std::string_view label_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view label_first = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view word_first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view word_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::string_view file_first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view file_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
constexpr std::string_view interface_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!\"#$%&'()*+,-.;<=>?@[\\]^_`{|}~";

constexpr Rule vm_rule{"VM name", label_first, label_characters, 63,
                       "A VM's name has 1 to 63 of a-z, 0-9 and '-', and no '-' at either end."};
constexpr Rule template_rule{"template name", label_first, "abcdefghijklmnopqrstuvwxyz0123456789.-", 63,
                             "A template's name has 1 to 63 of a-z, 0-9, '.' and '-', and starts with a "
                             "letter or a digit."};
constexpr Rule group_rule{"group name", word_first, word_characters, 63,
                          "A group's name has 1 to 63 of A-Z, a-z, 0-9, '_' and '-', and starts with a "
                          "letter or '_'."};
constexpr Rule type_rule{"type name", word_first, word_characters, 63,
                         "A type's name has 1 to 63 of A-Z, a-z, 0-9, '_' and '-', and starts with a "
                         "letter or '_'."};
constexpr Rule network_rule{"network name", file_first, file_characters, 50,
                            "A network's name has 1 to 50 of A-Z, a-z, 0-9, '.', '_' and '-', and starts "
                            "with a letter or a digit."};
constexpr Rule bridge_rule{"bridge name", interface_characters, interface_characters, 15,
                           "A bridge's name has 1 to 15 characters without '/', ':' and blanks; 'ip link' "
                           "shows this machine's."};
constexpr Rule user_rule{"user name", "abcdefghijklmnopqrstuvwxyz_", "abcdefghijklmnopqrstuvwxyz0123456789_-",
                         32,
                         "A login has 1 to 32 of a-z, 0-9, '_' and '-', and starts with a letter or '_'."};
constexpr Rule volume_rule{"volume name", file_first, file_characters, 200,
                           "A volume's name has 1 to 200 of A-Z, a-z, 0-9, '.', '_' and '-', and starts "
                           "with a letter or a digit."};

constexpr Rule snapshot_rule{"snapshot name", word_first, file_characters, 63,
                             "A snapshot's name has 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-', and starts "
                             "with a letter or '_'."};

constexpr std::string_view group_of_templates = "templates";
constexpr std::array<std::string_view, 4> words_of_ansible{group_of_templates, "all", "ungrouped",
                                                           "localhost"};

[[noreturn]] void refuse(std::string_view text, const Rule& rule, std::string_view why) {
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no {}: {}", cited(text), rule.what, why),
              std::string(rule.told));
}

void check_characters(std::string_view text, const Rule& rule) {
  if (text.empty()) refuse(text, rule, "it is empty");
  if (text.size() > rule.longest) {
    refuse(text, rule, fmt::format("it has {} characters, {} at most", text.size(), rule.longest));
  }
  if (const auto odd = text.find_first_not_of(rule.rest); odd != std::string_view::npos) {
    refuse(text, rule, fmt::format("{} is not allowed", cited(first_character(text.substr(odd)))));
  }
  if (rule.first.find(text.front()) == std::string_view::npos) {
    refuse(text, rule, fmt::format("it starts with '{}'", text.front()));
  }
}

void check_reserved(std::string_view text, const Rule& rule) {
  if (std::find(words_of_ansible.begin(), words_of_ansible.end(), text) == words_of_ansible.end()) return;
  throw Error(
      ErrorKind::invalid_input,
      fmt::format("{} is no {}: the word has a meaning of its own in inventories", cited(text), rule.what),
      "Take another name; templates, all, ungrouped and localhost are reserved.");
}

}  // namespace

void VmNameRule::check(std::string_view text) {
  check_characters(text, vm_rule);
  if (text.back() == '-') refuse(text, vm_rule, "it ends with '-'");
  check_reserved(text, vm_rule);
}

void TemplateNameRule::check(std::string_view text) {
  check_characters(text, template_rule);
}

void GroupNameRule::check(std::string_view text) {
  check_characters(text, group_rule);
  if (text != group_of_templates) check_reserved(text, group_rule);
}

void TypeNameRule::check(std::string_view text) {
  check_characters(text, type_rule);
  check_reserved(text, type_rule);
}

void NetworkNameRule::check(std::string_view text) {
  check_characters(text, network_rule);
}

void BridgeNameRule::check(std::string_view text) {
  check_characters(text, bridge_rule);
  if (text == "." || text == "..") refuse(text, bridge_rule, "it is a folder's name");
}

void UserNameRule::check(std::string_view text) {
  check_characters(text, user_rule);
}

void VolumeNameRule::check(std::string_view text) {
  check_characters(text, volume_rule);
}

void SnapshotNameRule::check(std::string_view text) {
  check_characters(text, snapshot_rule);
}

std::string ansible_group_word(std::string_view name) {
  std::string word(name);
  std::replace_if(
      word.begin(), word.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return word;
}

}  // namespace nocloud
