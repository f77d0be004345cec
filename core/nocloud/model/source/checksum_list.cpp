#include "nocloud/model/source/checksum_list.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

std::optional<ListedFile> listed(std::string_view name, std::string_view algorithm, std::string_view digits) {
  if (name.starts_with("./")) name.remove_prefix(2);
  try {
    return ListedFile{std::string(name), Checksum::parse(fmt::format("{}:{}", algorithm, digits))};
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

std::optional<ListedFile> listed_in(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  auto entry = bsd_line(line);
  return entry ? entry : gnu_line(line);
}

bool fits(std::string_view name, std::string_view wanted) {
  const auto star = wanted.find('*');
  if (star == std::string_view::npos) return name == wanted;
  const auto head = wanted.substr(0, star);
  const auto tail = wanted.substr(star + 1);
  if (name.size() < head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) {
    return false;
  }
  name.remove_prefix(head.size());
  name.remove_suffix(tail.size());
  return std::ranges::all_of(name, [](char letter) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    return plain || std::string_view("._+~-").find(letter) != std::string_view::npos;
  });
}

/// Of two lines about the same file the one with the longer checksum.
ListedFile better_of(ListedFile found, ListedFile other) {
  if (found.name != other.name) {
    throw Error(ErrorKind::invalid_input, fmt::format("the list of checksums names both {} and {}",
                                                      cited(found.name), cited(other.name)));
  }
  const bool same_kind = found.checksum.algorithm == other.checksum.algorithm;
  if (same_kind && found.checksum.hex != other.checksum.hex) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("the list of checksums names {} twice, and differently", cited(found.name)));
  }
  return other.checksum.hex.size() > found.checksum.hex.size() ? std::move(other) : std::move(found);
}

}  // namespace

ListedFile listed_file(std::string_view list, std::string_view name) {
  if (list.size() > checksum_list_limit) {
    throw Error(ErrorKind::invalid_input, "the list of checksums is larger than 1 MiB");
  }
  std::optional<ListedFile> found;
  for (const auto line : split(list, '\n')) {
    auto entry = listed_in(line);
    if (!entry || !fits(entry->name, name)) continue;
    found = found ? better_of(*std::move(found), *std::move(entry)) : *std::move(entry);
  }
  if (found) return *found;
  throw Error(ErrorKind::not_found, fmt::format("the list of checksums does not name {}", cited(name)),
              "Look whether the image and the list are of the same release.");
}

}  // namespace nocloud
