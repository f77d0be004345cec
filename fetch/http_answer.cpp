#include "fetch/http_answer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t longest_version = 1024;
/// RFC 9110, sections 15.5.9 and 15.6; RFC 6585 for 429.
constexpr std::array<long, 6> passing{408, 429, 500, 502, 503, 504};

bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= longest_version &&
         std::all_of(text.begin(), text.end(), [](char letter) { return letter >= ' ' && letter < '\x7f'; });
}

}  // namespace

Setback setback_of_status(long status) {
  const auto told = fmt::format("the server answers with status {}", status);
  if (status == 404 || status == 410) {
    return {{ErrorKind::not_found, told, "Check the URL: images move when newer ones come."}, false};
  }
  if (status == 401 || status == 403) {
    return {{ErrorKind::failed, told, "It wants somebody who may: https://USER:PASSWORD@HOST/…"}, false};
  }
  const bool passes = std::find(passing.begin(), passing.end(), status) != passing.end();
  return {{passes ? ErrorKind::unavailable : ErrorKind::failed, told, passes ? "Try again later." : ""},
          passes};
}

std::optional<ContentRange> content_range(std::string_view text) {
  constexpr std::string_view unit = "bytes ";
  if (!text.starts_with(unit)) return std::nullopt;
  const auto parts = split(text.substr(unit.size()), '/');
  if (parts.size() != 2) return std::nullopt;
  const auto ends = split(parts[0], '-');
  if (ends.size() != 2) return std::nullopt;
  const auto first = parse_number<std::uint64_t>(ends[0]);
  const auto last = parse_number<std::uint64_t>(ends[1]);
  const auto total = parse_number<std::uint64_t>(parts[1]);
  const bool whole = first && last && *first <= *last && (total ? *last < *total : parts[1] == "*");
  if (!whole) return std::nullopt;
  return ContentRange{.first = *first, .total = total};
}

std::string version_of(std::string_view entity_tag, std::string_view last_modified) {
  // A weak tag ("W/…") is shared by what differs in bytes.
  if (is_plain(entity_tag) && entity_tag.starts_with('"')) return std::string(entity_tag);
  return is_plain(last_modified) ? std::string(last_modified) : std::string();
}

}  // namespace nocloud
