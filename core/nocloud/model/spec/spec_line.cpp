#include "nocloud/model/spec/spec_line.hpp"

#include <array>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::string_view grammar =
    "A line is TEMPLATE:COUNT:TYPE, with options TEMPLATE:COUNT:TYPE:mem=1024;cpu=4;dsk=5,5;name=web.";
constexpr std::string_view known_options = "The options are mem, cpu, dsk and name.";

/// Reads the parts of a line, and knows where in it they stand.
class LineReader {
 public:
  explicit LineReader(const SourceLine& line) : line_(line) {}

  SpecLine read(std::string_view content) {
    const auto fields = split(content, ':');
    if (fields.size() == 1) fail(end_of(content), "the count and the type are missing", grammar);
    if (fields.size() == 2) fail(end_of(content), "the type is missing", grammar);
    if (fields.size() > 4) {
      fail(fields[4], "there are more than four fields", "Options have ';' between them: mem=1024;cpu=4.");
    }
    const std::array names{"template", "count", "type", "option"};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (trimmed(fields[i]).empty()) fail(fields[i], fmt::format("the {} is missing", names[i]), grammar);
    }
    const auto count = trimmed(fields[1]);
    const auto template_name = trimmed(fields[0]);
    SpecLine spec{.template_name = parsed<TemplateName>(template_name),
                  .count = parsed<VmCount>(count),
                  .type = parsed<TypeName>(trimmed(fields[2])),
                  .template_offset = offset_of(template_name),
                  .count_offset = offset_of(count)};
    if (fields.size() == 4) read_options(fields[3], spec);
    return spec;
  }

 private:
  void read_options(std::string_view options, SpecLine& spec) {
    for (const auto option : split(options, ';')) {
      if (trimmed(option).empty()) fail(option, "there is no option beside this ';'", known_options);
      const auto equals = option.find('=');
      const auto key = trimmed(option.substr(0, equals));
      if (equals == std::string_view::npos) {
        fail(key, fmt::format("option {} has no value", cited(key)), "Options are written mem=1024;cpu=4.");
      }
      read_option(key, trimmed(option.substr(equals + 1)), spec);
    }
  }

  void read_option(std::string_view key, std::string_view value, SpecLine& spec) {
    if (key == "mem") return set(key, spec.shape.memory, value);
    if (key == "cpu") return set(key, spec.shape.cpus, value);
    if (key == "dsk") return read_disks(key, value, spec);
    if (key != "name") fail(key, fmt::format("there is no option {}", cited(key)), known_options);
    if (!spec.stem.empty()) fail_twice(key);
    if (value.empty()) fail(value, "the name is empty", "Write name=web for web00, web01 and so on.");
    spec.stem = value;
    spec.stem_offset = offset_of(value);
  }

  template <class Quantity>
  void set(std::string_view key, std::optional<Quantity>& into, std::string_view value) {
    if (into) fail_twice(key);
    into = parsed<Quantity>(value);
  }

  void read_disks(std::string_view key, std::string_view value, SpecLine& spec) {
    auto& disks = spec.shape.disks;
    if (!disks.empty()) fail_twice(key);
    for (const auto size : split(value, ',')) {
      if (disks.size() == most_disks) {
        fail(size, fmt::format("a VM has {} extra disks at most", most_disks), "Take fewer, larger disks.");
      }
      disks.push_back(parsed<DiskSize>(trimmed(size)));
    }
  }

  template <class Value>
  Value parsed(std::string_view text) const {
    try {
      return Value::parse(text);
    } catch (const Error& error) {
      throw error_at(line_, offset_of(text), error);
    }
  }

  std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - line_.text.data());
  }

  static std::string_view end_of(std::string_view text) { return text.substr(text.size()); }

  [[noreturn]] void fail_twice(std::string_view key) const {
    fail(key, fmt::format("option {} comes twice", cited(key)), "Keep one of them.");
  }

  [[noreturn]] void fail(std::string_view part, const std::string& message, std::string_view hint) const {
    throw error_at(line_, offset_of(part), Error(ErrorKind::invalid_input, message, std::string(hint)));
  }

  const SourceLine& line_;
};

/// The line up to a `#` at its start or after a blank: no field has blanks in it, so a `#` within one is an
/// error to be told, not a comment.
std::string_view without_comment(std::string_view line) {
  for (auto at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  }
  return line;
}

}  // namespace

std::optional<SpecLine> read_spec_line(const SourceLine& line) {
  const auto content = without_comment(line.text);
  if (trimmed(content).empty()) return std::nullopt;
  return LineReader(line).read(content);
}

}  // namespace nocloud
