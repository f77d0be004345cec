#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// Where a file can be downloaded from: an http or https URL.
class DownloadUrl {
 public:
  /// Throws Error{invalid_input}. What it says shows no more of the text than public_str does.
  static DownloadUrl parse(std::string_view text);

  /// All of it. A password or a signed query may be in it: for the server only.
  const std::string& str() const { return text_; }
  /// Without user, password, query and fragment: what may be shown and recorded.
  std::string public_str() const;
  bool operator==(const DownloadUrl&) const = default;

 private:
  explicit DownloadUrl(std::string_view text) : text_(text) {}
  std::string text_;
};

/// Whether somebody who names an image means a URL ("https://…", "ftp://…") and not a file.
bool looks_like_url(std::string_view text);

}  // namespace nocloud
