#include "nocloud/model/spec/spec_file.hpp"

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/name_sequence.hpp"
#include "nocloud/model/spec/spec_line.hpp"

namespace nocloud {
namespace {

constexpr std::string_view file_hint =
    "A description is a text file of 256 KiB at most; its lines are TEMPLATE:COUNT:TYPE.";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Where a line has what no line of text has: bytes that are no UTF-8, control characters. Its size if there
/// is nothing of that kind.
std::size_t find_non_text(std::string_view line) {
  auto rest = line;
  while (!rest.empty()) {
    const auto character = first_character(rest);
    if (character != "\t" && printable(character) != character) break;
    rest.remove_prefix(character.size());
  }
  return line.size() - rest.size();
}

/// Turns lines into VMs, counting as it goes.
class SpecReader {
 public:
  SpecReader(std::string_view place, const GroupName& group) : place_(place), group_(group) {}

  void read(std::string_view text) {
    std::size_t number = 0;
    for (auto line : split(text, '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      read_line({place_, ++number, line});
    }
  }

  Description description() {
    if (auto clash = find_clash(claims_)) {
      const auto& origin = origins_.at(clash->wanted);
      throw error_at(origin.line, origin.offset, Error(ErrorKind::conflict, clash->message, clash->hint));
    }
    return std::move(description_);
  }

 private:
  struct Origin {
    SourceLine line;
    std::size_t offset;
  };

  void read_line(const SourceLine& line) {
    if (const auto odd = find_non_text(line.text); odd != line.text.size()) {
      throw error_at(
          line, odd,
          Error(ErrorKind::invalid_input,
                fmt::format("{} is no part of a text", cited(first_character(line.text.substr(odd)))),
                "A description is plain text in UTF-8."));
    }
    const auto spec = read_spec_line(line);
    if (!spec) return;
    if (description_.vms.size() + spec->count.count() > most_described_vms) {
      throw error_at(line, spec->count_offset,
                     Error(ErrorKind::invalid_input,
                           fmt::format("this makes {} VMs, {} are the most for one file",
                                       description_.vms.size() + spec->count.count(), most_described_vms),
                           "Divide them among several files."));
    }
    for (unsigned i = 0; i < spec->count.count(); ++i) add_vm(line, *spec);
  }

  void add_vm(const SourceLine& line, const SpecLine& spec) {
    const DescribedVm vm{.name = next_name(line, spec),
                         .group = group_,
                         .type = spec.type,
                         .template_name = spec.template_name,
                         .shape = spec.shape,
                         .template_place = place_in(line, spec.template_offset)};
    description_.vms.push_back(vm);
    claims_.push_back(claim_of(vm, fmt::format("line {}", line.number)));
    origins_.push_back({line, spec.stem.empty() ? 0 : spec.stem_offset});
  }

  VmName next_name(const SourceLine& line, const SpecLine& spec) {
    try {
      return names_.next(spec.type, spec.template_name, spec.stem);
    } catch (const Error& error) {
      throw error_at(line, spec.stem_offset, error);
    }
  }

  std::string_view place_;
  const GroupName& group_;
  NameSequence names_{group_};
  Description description_;
  std::vector<NameClaim> claims_;
  std::vector<Origin> origins_;
};

std::string text_of_file(const std::filesystem::path& path) {
  try {
    return read_file(path, largest_description);
  } catch (const Error& error) {
    throw Error(error.kind(), error.message(), std::string(file_hint));
  }
}

GroupName group_of_file(const std::filesystem::path& path) {
  try {
    return GroupName::parse(path.stem().string());
  } catch (const Error& error) {
    throw Error(error.kind(),
                fmt::format("the file's name {} gives no group: {}", cited(path.filename().string()),
                            error.message()),
                "The group is the file's name without its extension: rename the file. " + error.hint());
  }
}

}  // namespace

Description read_spec(std::string_view text, std::string_view place, const GroupName& group) {
  if (text.size() > largest_description) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("{} is larger than {} bytes", cited(place), largest_description),
                std::string(file_hint));
  }
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  SpecReader reader(place, group);
  reader.read(text);
  return reader.description();
}

Description read_spec_file(const std::filesystem::path& path) {
  const auto text = text_of_file(path);
  return read_spec(text, path.string(), group_of_file(path));
}

}  // namespace nocloud
