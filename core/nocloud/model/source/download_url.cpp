#include "nocloud/model/source/download_url.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t longest_url = 2048;
constexpr std::string_view scheme_end = "://";

/// RFC 3986, section 3: what is before "://", user information, host with port, path; the rest is left out.
struct Parts {
  std::string_view scheme;
  std::string_view host;
  std::string_view path;
};

Parts parts_of(std::string_view text) {
  const auto colon = text.find(scheme_end);
  const auto rest = text.substr(colon + scheme_end.size());
  auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const auto path = rest.substr(authority.size(), rest.find_first_of("?#") - authority.size());
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  return {.scheme = text.substr(0, colon), .host = authority, .path = path};
}

std::string without_secrets(std::string_view text) {
  const auto [scheme, host, path] = parts_of(text);
  return fmt::format("{}{}{}{}", scheme, scheme_end, host, path);
}

bool is_printed(char letter) {
  return letter > ' ' && letter < '\x7f' && letter != '\\';
}

[[noreturn]] void refuse(std::string_view text, std::string_view why, std::string_view hint) {
  throw Error(ErrorKind::invalid_input, fmt::format("the URL {} {}", cited(without_secrets(text)), why),
              std::string(hint));
}

}  // namespace

bool looks_like_url(std::string_view text) {
  const auto scheme = text.substr(0, text.find(scheme_end));
  return scheme.size() < text.size() && !scheme.empty() &&
         std::all_of(scheme.begin(), scheme.end(), [](unsigned char letter) {
           return std::isalnum(letter) != 0 || letter == '+' || letter == '.' || letter == '-';
         });
}

DownloadUrl DownloadUrl::parse(std::string_view text) {
  if (!looks_like_url(text)) {
    throw Error(ErrorKind::invalid_input, "it is no URL", "One begins with https:// or http://.");
  }
  if (text.size() > longest_url) refuse(text, fmt::format("is longer than {} bytes", longest_url), "");
  if (!std::all_of(text.begin(), text.end(), is_printed)) {
    refuse(text, "has a character that no URL can have", "Write it as %XX, a blank as %20.");
  }
  const auto [scheme, host, path] = parts_of(text);
  if (scheme != "http" && scheme != "https") {
    refuse(text, "cannot be downloaded from", "Give one that begins with https:// or http://, or a file.");
  }
  if (host.empty() || host.starts_with(':')) refuse(text, "names no host", "");
  return DownloadUrl(text);
}

std::string DownloadUrl::public_str() const {
  return without_secrets(text_);
}

}  // namespace nocloud
