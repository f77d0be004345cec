#include "nocloud/ssh/keys/authorized_keys.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

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

/// A key, or why the line is none; neither for a line that says nothing.
struct Line {
  std::string key = {};
  std::string blob = {};
  std::string fault = {};
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

/// Tabs part words as blanks do, but those in the quotes of an option are its own.
std::string with_blanks(std::string_view line) {
  std::string text;
  bool quoted = false;
  for (const char letter : line) {
    if (letter == '"' && !text.ends_with('\\')) quoted = !quoted;
    text += letter == '\t' && !quoted ? ' ' : letter;
  }
  return text;
}

/// A comment is for people: what it holds must not cost a key.
std::string readable(std::string_view comment) {
  std::string text;
  while (!comment.empty()) {
    const auto letter = first_character(comment);
    comment.remove_prefix(letter.size());
    text += printable(letter) == letter ? letter : "?";
  }
  return text;
}

Line parse_line(std::string_view raw) {
  if (raw.size() > line_limit) return {.fault = fmt::format("it is longer than {} bytes", line_limit)};
  const auto text = with_blanks(trimmed(raw));
  if (text.empty() || text.front() == '#') return {};
  auto key = parse_public_key(text);
  if (!key) key = parse_public_key(after_options(text));
  if (!key) return {.fault = "it is not a public key"};
  if (!is_key_type(key->type))
    return {.fault = fmt::format("nocloud takes no keys of type {}", cited(key->type))};
  const auto head = std::string_view(text).substr(0, text.size() - key->comment.size());
  if (printable(head) != head) return {.fault = "its options have control characters or are not UTF-8"};
  return {.key = std::string(head) + readable(key->comment), .blob = key->blob};
}

std::string with_newlines(std::string_view file) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (file.starts_with(byte_order_mark)) file.remove_prefix(byte_order_mark.size());
  std::string text;
  for (std::size_t at = 0; at < file.size(); ++at) {
    const bool alone = file[at] == '\r' && file.substr(at + 1, 1) != "\n";
    text += alone ? '\n' : file[at];
  }
  return text;
}

/// Hears of every line that says something, with its number.
template <class Sink>
void each_line(std::string_view file, Sink&& sink) {
  std::size_t number = 0;
  const auto text = with_newlines(file);
  for (const auto raw : split(text, '\n')) {
    ++number;
    if (auto line = parse_line(raw); !line.key.empty() || !line.fault.empty()) sink(number, std::move(line));
  }
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

bool is_file(const fs::path& path) {
  std::error_code ignored;  // what can't be looked at is none
  return fs::is_regular_file(path, ignored);
}

/// Collects the keys of several files.
class Collection {
 public:
  void add_file(const fs::path& path) {
    std::string text;
    try {
      text = read_file(path, file_limit);
    } catch (const Error& error) {
      found_.left_out.push_back(
          fmt::format("no key of {} is taken: {}", cited(path.string()), error.message()));
      return;
    }
    if (text.find('\0') != std::string::npos) {
      found_.left_out.push_back(
          fmt::format("no key of {} is taken: it is not UTF-8 text", cited(path.string())));
      return;
    }
    std::size_t faults = 0;
    each_line(text, [&](std::size_t number, Line&& line) {
      if (!line.fault.empty()) {
        if (++faults <= told_faults) leave_out(path, number, line.fault);
      } else if (seen_.size() == key_limit && !seen_.contains(line.blob)) {
        leave_out(path, number, fmt::format("there are {} others", key_limit));
      } else if (seen_.insert(line.blob).second) {
        found_.lines.push_back(std::move(line.key));
      }
    });
    if (faults > told_faults) {
      found_.left_out.push_back(fmt::format("{} of {} {} not taken for keys",
                                            counted(faults - told_faults, "more line"), cited(path.string()),
                                            faults == told_faults + 1 ? "is" : "are"));
    }
  }

  AuthorizedKeys take() {
    std::sort(found_.lines.begin(), found_.lines.end());
    return std::move(found_);
  }

 private:
  static constexpr std::size_t told_faults = 5;

  void leave_out(const fs::path& path, std::size_t number, std::string_view reason) {
    found_.left_out.push_back(
        fmt::format("line {} of {} is not taken for a key: {}", number, cited(path.string()), reason));
  }

  AuthorizedKeys found_;
  std::set<std::string> seen_;
};

}  // namespace

PublicKeyLines public_key_lines(std::string_view file) {
  PublicKeyLines lines;
  each_line(file, [&](std::size_t number, Line&& line) {
    if (!line.fault.empty()) {
      lines.left_out.push_back({.number = number, .reason = std::move(line.fault)});
    } else {
      lines.keys.push_back(std::move(line.key));
    }
  });
  return lines;
}

AuthorizedKeys authorized_keys(const fs::path& home) {
  Collection keys;
  for (const auto& path : key_files(home / ".ssh")) {
    if (is_file(path) && !path.filename().string().ends_with("-cert.pub")) keys.add_file(path);
  }
  return keys.take();
}

}  // namespace nocloud
