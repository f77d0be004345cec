#include "nocloud/seed/cloud_config.hpp"

#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <yaml.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/source_place.hpp"
#include "nocloud/seed/yaml_limits.hpp"

namespace nocloud {
namespace {

constexpr std::string_view source = "user-data";

/// A line that libyaml means, which counts lines and characters from 0.
[[noreturn]] void refuse(std::string_view text, const yaml_mark_t& mark, std::string_view what,
                         std::string_view hint) {
  const auto lines = split(text, '\n');
  const auto line = mark.line < lines.size() ? lines[mark.line] : std::string_view{};
  std::string_view rest = line;
  for (std::size_t column = 0; column < mark.column && !rest.empty(); ++column) {
    rest.remove_prefix(first_character(rest).size());
  }
  throw error_at({.file = source, .number = mark.line + 1, .text = line}, line.size() - rest.size(),
                 Error(ErrorKind::invalid_input, std::string(what), std::string(hint)));
}

class YamlDocument {
 public:
  explicit YamlDocument(yaml_parser_t& parser) : loaded_(yaml_parser_load(&parser, &document_) != 0) {}
  YamlDocument(const YamlDocument&) = delete;
  YamlDocument& operator=(const YamlDocument&) = delete;
  ~YamlDocument() {
    if (loaded_) yaml_document_delete(&document_);
  }

  bool loaded() const { return loaded_; }
  /// Null for an empty document.
  const yaml_node_t* root() { return yaml_document_get_root_node(&document_); }
  const yaml_node_t* node(int index) { return yaml_document_get_node(&document_, index); }

  /// The value of a mapping's key, the last one as PyYAML has it; null if there is none.
  const yaml_node_t* find(const yaml_node_t& mapping, std::string_view key) {
    const yaml_node_t* found = nullptr;
    const auto& pairs = mapping.data.mapping.pairs;
    for (const auto& pair : std::span(pairs.start, pairs.top)) {
      if (scalar(node(pair.key)) == key) found = node(pair.value);
    }
    return found;
  }

  /// Empty for what is not a scalar.
  static std::string_view scalar(const yaml_node_t* node) {
    if (node == nullptr || node->type != YAML_SCALAR_NODE) return {};
    return {reinterpret_cast<const char*>(node->data.scalar.value), node->data.scalar.length};
  }

 private:
  yaml_document_t document_{};
  bool loaded_;
};

class CloudConfigReader {
 public:
  explicit CloudConfigReader(std::string_view text) : text_(text) {
    if (yaml_parser_initialize(&parser_) == 0) throw Error(ErrorKind::failed, "libyaml is out of memory");
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  CloudConfigReader(const CloudConfigReader&) = delete;
  CloudConfigReader& operator=(const CloudConfigReader&) = delete;
  ~CloudConfigReader() { yaml_parser_delete(&parser_); }

  PowerState read() {
    YamlDocument document(parser_);
    if (!document.loaded()) refuse_syntax();
    const auto* root = document.root();
    if (root == nullptr) return PowerState::other;
    if (root->type != YAML_MAPPING_NODE) {
      refuse(text_, root->start_mark, "a cloud-config must be a mapping of keys to values",
             "Write lines such as `packages: [vim]`.");
    }
    refuse_more();
    if (const auto* users = document.find(*root, "users")) check_users(document, *users);
    const auto* power = document.find(*root, "power_state");
    if (power == nullptr || power->type != YAML_MAPPING_NODE) return PowerState::other;
    if (YamlDocument::scalar(document.find(*power, "mode")) != "reboot") return PowerState::other;
    return document.find(*power, "condition") == nullptr ? PowerState::reboot : PowerState::maybe_reboot;
  }

 private:
  [[noreturn]] void refuse_syntax() {
    const auto* problem = parser_.problem == nullptr ? "broken text" : parser_.problem;
    refuse(text_, parser_.problem_mark,
           fmt::format("cloud-init cannot read this YAML: {}", printable(problem)),
           "Mend the line. YAML is indented by blanks, never by tabs.");
  }

  void refuse_more() {
    YamlDocument next(parser_);
    if (!next.loaded()) refuse_syntax();
    if (const auto* root = next.root()) {
      refuse(text_, root->start_mark, "cloud-init reads one YAML document, and here is a second",
             "Remove the line `---` and join the two.");
    }
  }

  void check_users(YamlDocument& document, const yaml_node_t& users) const {
    constexpr auto hint = "Write a list: `users:`, then a line `- name: anna` for each user.";
    if (users.type != YAML_SEQUENCE_NODE) refuse(text_, users.start_mark, "`users` must be a list", hint);
    const auto& items = users.data.sequence.items;
    for (const int index : std::span(items.start, items.top)) {
      const auto& user = *document.node(index);
      // An empty entry or a number makes cloud-init give up on all users.
      const bool named = user.type != YAML_SCALAR_NODE || is_word(user);
      if (!named) refuse(text_, user.start_mark, "this entry of `users` must be a name or a mapping", hint);
    }
  }

  static bool is_word(const yaml_node_t& node) {
    const auto word = YamlDocument::scalar(&node);
    return word.find_first_not_of("0123456789.~ ") != std::string_view::npos && word != "null";
  }

  std::string_view text_;
  yaml_parser_t parser_{};
};

}  // namespace

PowerState check_cloud_config(std::string_view text) {
  if (const auto excess = find_yaml_excess(text)) {
    refuse(text, {.index = 0, .line = excess->line, .column = excess->column}, excess->what,
           "Write it with less. Long data belongs into a file of write_files.");
  }
  return CloudConfigReader(text).read();
}

}  // namespace nocloud
