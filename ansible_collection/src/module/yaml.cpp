#include "ansible_collection/src/module/yaml.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace nocloud::ansible {
namespace {

using nlohmann::ordered_json;

/// Whether YAML reads the bare word as this text and nothing else.
bool is_plain(std::string_view text) {
  constexpr std::array<std::string_view, 9> other{"true", "false", "yes", "no", "on",
                                                  "off",  "null",  "y",   "n"};
  const bool word = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
                    std::all_of(text.begin(), text.end(), [](unsigned char letter) {
                      return std::isalnum(letter) != 0 || letter == '_' || letter == '-' || letter == '.';
                    });
  return word && std::find(other.begin(), other.end(), text) == other.end();
}

std::string scalar(const ordered_json& value) {
  if (value.is_string() && is_plain(value.get_ref<const std::string&>())) return value;
  return value.dump();
}

bool is_block(const ordered_json& value) {
  return value.is_structured() && !value.empty();
}

void write(std::string& text, const ordered_json& value, std::size_t depth) {
  const std::string indent(depth * 2, ' ');
  for (const auto& [key, member] : value.items()) {
    if (value.is_array()) {
      text += indent + "- ";
      if (!is_block(member)) {
        text += scalar(member) + "\n";
        continue;
      }
      const auto begin = text.size();
      write(text, member, depth + 1);
      text.erase(begin, indent.size() + 2);  // the first key stands behind the hyphen
      continue;
    }
    text += indent + key + ":";
    if (!is_block(member)) {
      text += " " + scalar(member) + "\n";
      continue;
    }
    text += "\n";
    write(text, member, depth + 1);
  }
}

}  // namespace

std::string yaml_text(const ordered_json& value) {
  std::string text;
  write(text, value, 0);
  return text;
}

}  // namespace nocloud::ansible
