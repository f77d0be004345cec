#include "nocloud/seed/user_part.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/seed/cloud_config.hpp"
#include "nocloud/seed/gzip.hpp"

namespace nocloud {
namespace {

/// What cloud-init knows a part's kind by (cloudinit/handlers/__init__.py: INCLUSION_TYPES_MAP).
constexpr std::array<std::string_view, 6> known_starts{
    "#cloud-config", "#!", "#include", "#cloud-boothook", "#part-handler", "## template: jinja"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  return out;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

/// A header's name is printable ASCII without blanks up to a colon (RFC 5322, section 2.2).
bool is_header(std::string_view line) {
  const auto name = line.substr(0, line.find(':'));
  return name.size() < line.size() && !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char letter) { return letter > 0x20 && letter < 0x7f; });
}

/// As cloud-init tells a MIME message (user_data.py: convert_string), but only where headers really are: a
/// mention of MIME in a comment is none.
bool is_mime_message(std::string_view text) {
  return lower(text.substr(0, 4096)).find("mime-version:") != std::string::npos &&
         (is_header(first_line(text)) || text.starts_with("From "));
}

/// cloud-init ignores blanks before a part's first word.
std::string_view without_leading_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\v\f"), text.size()));
  return text;
}

bool has_known_start(std::string_view text) {
  const auto start = lower(without_leading_blanks(text).substr(0, 32));
  return std::any_of(known_starts.begin(), known_starts.end(),
                     [&](std::string_view known) { return start.starts_with(known); });
}

void check(std::string_view text) {
  if (!is_utf8(text)) {
    throw Error(ErrorKind::invalid_input,
                "the user-data is not UTF-8 text, which is all that cloud-init takes",
                "Put binary data into a #cloud-config's write_files with encoding b64.");
  }
  if (!is_mime_message(text) && !has_known_start(text)) {
    const auto start = without_leading_blanks(text);
    throw Error(ErrorKind::invalid_input,
                start.empty() ? "cloud-init would ignore the user-data: it is blank"
                              : fmt::format("cloud-init would ignore the user-data: it begins with {}",
                                            cited(trimmed(first_line(start)), 40)),
                "Begin it with '#cloud-config', '#!' for a script, '#include', '#cloud-boothook', "
                "'#part-handler', '## template: jinja' or the headers of a MIME message.");
  }
}

/// Throws Error{invalid_input} for more than user_data_limit.
std::string unpacked(std::string_view user_data) {
  auto text = is_gzip(user_data) ? gunzip(user_data, user_data_limit) : std::string(user_data);
  if (text.size() <= user_data_limit) return text;
  throw Error(ErrorKind::invalid_input,
              fmt::format("the user-data is larger than {} KiB", user_data_limit >> 10U),
              "Let a small one fetch the rest: '#include URL', or a script.");
}

/// `#cloud-config-archive` and `#cloud-config-jsonp` are lists, and kept as they are.
bool is_cloud_config(std::string_view text) {
  constexpr std::string_view start = "#cloud-config";
  const auto begun = without_leading_blanks(text);
  return lower(begun.substr(0, start.size())) == start && !begun.substr(start.size()).starts_with('-');
}

PowerState checked(std::string_view text) {
  check(text);
  const bool readable = is_cloud_config(text) && !is_mime_message(text);
  return readable ? check_cloud_config(text) : PowerState::other;
}

}  // namespace

PowerState power_state_of(std::string_view user_data) {
  return user_data.empty() ? PowerState::other : checked(unpacked(user_data));
}

MimePart user_part(std::string_view user_data) {
  const auto text = unpacked(user_data);
  checked(text);
  // A multi-part can't be encoded (RFC 2045, section 6.4) and needs no other headers than its own.
  if (is_mime_message(text)) return {.headers = {}, .content = text};
  return {.headers = {"Content-Type: text/plain; charset=\"utf-8\"", "Content-Transfer-Encoding: base64"},
          .content = base64(text, 76)};
}

}  // namespace nocloud
