#include "nocloud/model/checksum_list.hpp"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

struct ListedFile {
  std::string_view name;
  Checksum checksum;
};

std::optional<ListedFile> listed(std::string_view name, std::string_view algorithm, std::string_view digits) {
  if (name.starts_with("./")) name.remove_prefix(2);
  try {
    return ListedFile{name, Checksum::parse(fmt::format("{}:{}", algorithm, digits))};
  } catch (const Error&) {
    return std::nullopt;  // a line of another kind
  }
}

/// "SHA256 (NAME) = HEX"; "sha512" for SHA512.
std::optional<ListedFile> bsd_line(std::string_view line) {
  for (const auto& [tag, algorithm] : {std::pair("SHA256 (", "sha256"), std::pair("SHA512 (", "sha512")}) {
    const auto end = line.rfind(") = ");
    if (!line.starts_with(tag) || end == std::string_view::npos) continue;
    const auto begin = std::string_view(tag).size();
    return listed(line.substr(begin, end - begin), algorithm, line.substr(end + 4));
  }
  return std::nullopt;
}

/// "HEX  NAME", or "HEX *NAME" of a file read as binary; the number of digits tells the algorithm.
std::optional<ListedFile> gnu_line(std::string_view line) {
  const auto digits = line.find(' ');
  if (digits == std::string_view::npos || line.size() < digits + 3) return std::nullopt;
  if (line[digits + 1] != ' ' && line[digits + 1] != '*') return std::nullopt;
  const auto* algorithm = digits == 64 ? "sha256" : "sha512";
  return listed(line.substr(digits + 2), algorithm, line.substr(0, digits));
}

}  // namespace

Checksum listed_checksum(std::string_view list, std::string_view file) {
  if (list.size() > checksum_list_limit) {
    throw Error(ErrorKind::invalid_input, "the list of checksums is larger than 1 MiB");
  }
  std::optional<Checksum> found;
  for (auto line : split(list, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto entry = bsd_line(line);
    if (!entry) entry = gnu_line(line);
    if (!entry || entry->name != file) continue;
    if (found && found->algorithm == entry->checksum.algorithm && found->hex != entry->checksum.hex) {
      throw Error(ErrorKind::invalid_input,
                  fmt::format("the list of checksums names {} twice, and differently", cited(file)));
    }
    if (!found || entry->checksum.hex.size() > found->hex.size()) found = std::move(entry->checksum);
  }
  if (found) return *found;
  throw Error(ErrorKind::not_found, fmt::format("the list of checksums does not name {}", cited(file)));
}

}  // namespace nocloud
