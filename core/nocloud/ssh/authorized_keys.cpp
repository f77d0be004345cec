#include "nocloud/ssh/authorized_keys.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <system_error>

#include <unistd.h>

#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/public_key.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t line_limit = 16384;
constexpr std::size_t file_limit = 1048576;
constexpr std::size_t key_limit = 1000;
constexpr std::array<std::string_view, 7> key_types{"ssh-ed25519",
                                                    "ecdsa-sha2-nistp256",
                                                    "ecdsa-sha2-nistp384",
                                                    "ecdsa-sha2-nistp521",
                                                    "sk-ssh-ed25519@openssh.com",
                                                    "sk-ecdsa-sha2-nistp256@openssh.com",
                                                    "ssh-rsa"};

struct AuthorizedKey {
  std::string line;
  std::string blob;
};

bool is_key_type(std::string_view word) {
  return std::find(key_types.begin(), key_types.end(), word) != key_types.end();
}

/// What follows the options: they have no blanks outside double quotes, in which \" stands for a quote.
std::string_view after_options(std::string_view line) {
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\' && at + 1 < line.size() && line[at + 1] == '"') {
      ++at;
    } else if (line[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && (line[at] == ' ' || line[at] == '\t')) {
      return line.substr(at);
    }
  }
  return {};
}

std::optional<AuthorizedKey> parse_line(std::string_view line) {
  line = trimmed(line);
  if (line.empty() || line.front() == '#' || line.size() > line_limit) return std::nullopt;
  if (printable(line) != line) return std::nullopt;
  auto key = parse_public_key(line);
  if (!key) key = parse_public_key(after_options(line));
  if (!key || !is_key_type(key->type)) return std::nullopt;
  return AuthorizedKey{.line = std::string(line), .blob = key->blob};
}

std::vector<AuthorizedKey> parse_file(std::string_view file) {
  std::vector<AuthorizedKey> keys;
  for (const auto line : split(file, '\n')) {
    if (auto key = parse_line(line); key && keys.size() < key_limit) keys.push_back(*std::move(key));
  }
  return keys;
}

/// The .pub files by name, then authorized_keys: a key that is in both counts as the user's own.
std::vector<fs::path> key_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;  // a folder that can't be listed holds no keys for us
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (entry->path().extension() == ".pub") files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  files.push_back(folder / "authorized_keys");
  return files;
}

bool is_readable_text(const fs::path& path) {
  std::error_code ignored;  // what can't be looked at can't be read
  return fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) <= file_limit &&
         ::access(path.c_str(), R_OK) == 0;
}

}  // namespace

std::vector<std::string> public_key_lines(std::string_view file) {
  std::vector<std::string> lines;
  for (auto& key : parse_file(file)) lines.push_back(std::move(key.line));
  return lines;
}

std::vector<std::string> authorized_keys(const fs::path& home) {
  std::vector<std::string> lines;
  std::set<std::string> seen;
  for (const auto& path : key_files(home / ".ssh")) {
    if (!is_readable_text(path)) continue;
    const auto text = read_file_if_present(path, file_limit);
    for (auto& key : parse_file(text.value_or(""))) {
      if (seen.size() < key_limit && seen.insert(key.blob).second) lines.push_back(std::move(key.line));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace nocloud
