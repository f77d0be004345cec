#include "nocloud/seed/yaml_limits.hpp"

#include <cstddef>

#include <fmt/format.h>
#include <yaml.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"

namespace nocloud {
namespace {

/// PyYAML takes several calls a level, and Python 1,000 calls in each other.
constexpr std::size_t most_levels = 100;
constexpr std::size_t most_anchors = 1000;
constexpr std::size_t most_directives = 100;

using Parser = Handle<yaml_parser_t, yaml_parser_delete>;
using Token = Handle<yaml_token_t, yaml_token_delete>;

/// Counts what libyaml keeps in lists that it walks again and again.
class Counts {
 public:
  /// What there is too much of with this token; empty if nothing is.
  std::string add(yaml_token_type_t type) {
    switch (type) {
      case YAML_BLOCK_SEQUENCE_START_TOKEN:
      case YAML_BLOCK_MAPPING_START_TOKEN:
      case YAML_FLOW_SEQUENCE_START_TOKEN:
      case YAML_FLOW_MAPPING_START_TOKEN:
        return excess(++levels_, most_levels, "levels of lists and mappings in each other");
      case YAML_BLOCK_END_TOKEN:
      case YAML_FLOW_SEQUENCE_END_TOKEN:
      case YAML_FLOW_MAPPING_END_TOKEN:
        levels_ -= levels_ > 0 ? 1 : 0;
        return {};
      case YAML_ANCHOR_TOKEN:
        return excess(++anchors_, most_anchors, "anchors (&NAME)");
      case YAML_TAG_DIRECTIVE_TOKEN:
        return excess(++directives_, most_directives, "directives (%TAG)");
      default:
        return {};
    }
  }

 private:
  static std::string excess(std::size_t count, std::size_t most, std::string_view what) {
    return count <= most ? std::string() : fmt::format("it has more than {} {}", most, what);
  }

  std::size_t levels_ = 0;
  std::size_t anchors_ = 0;
  std::size_t directives_ = 0;
};

}  // namespace

std::optional<YamlExcess> find_yaml_excess(std::string_view text) {
  yaml_parser_t memory{};
  if (yaml_parser_initialize(&memory) == 0) throw Error(ErrorKind::failed, "libyaml is out of memory");
  const Parser parser(&memory);
  yaml_parser_set_input_string(&memory, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  Counts counts;
  for (;;) {
    yaml_token_t token{};
    if (yaml_parser_scan(&memory, &token) == 0) return std::nullopt;  // who reads it says what is wrong
    const Token held(&token);
    if (auto what = counts.add(token.type); !what.empty()) {
      return YamlExcess{.line = token.start_mark.line, .column = token.start_mark.column, .what = what};
    }
    if (token.type == YAML_STREAM_END_TOKEN) return std::nullopt;
  }
}

}  // namespace nocloud
