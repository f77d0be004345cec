#include "nocloud/base/file/lock_holder.hpp"

#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_list = std::size_t{16} << 20U;
constexpr std::size_t largest_command = std::size_t{4} << 20U;
constexpr std::size_t shown_command = 120;

/// What /proc has in this file; empty where it can't be read.
std::string told(const fs::path& path, std::size_t limit) {
  try {
    return read_file_if_present(path, limit).value_or("");
  } catch (const Error&) {
    return {};  // whom we may not look at, or a process that has just ended
  }
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

fs::path of_process(pid_t pid, std::string_view what) {
  return fs::path("/proc") / std::to_string(pid) / what;
}

}  // namespace

std::optional<pid_t> lock_holder_in(std::string_view locks, dev_t device, ino_t inode) {
  const auto exact = fmt::format("{:02x}:{:02x}:{}", major(device), minor(device), inode);
  const auto by_inode = fmt::format(":{}", inode);
  std::optional<pid_t> likely;
  for (const auto line : split(locks, '\n')) {
    // "1: FLOCK  ADVISORY  WRITE 4711 fe:00:1351764 0 EOF"; who waits for it has "->" after the number.
    const auto words = words_of(line);
    if (words.size() < 6 || words[1] != "FLOCK") continue;
    const auto pid = parse_number<pid_t>(words[4]);
    if (!pid || *pid <= 0) continue;
    if (words[5] == exact) return pid;
    if (words[5].ends_with(by_inode)) likely = pid;
  }
  return likely;
}

std::optional<pid_t> lock_holder(const Fd& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return std::nullopt;
  return lock_holder_in(told("/proc/locks", largest_list), status.st_dev, status.st_ino);
}

std::string process_name(pid_t pid) {
  auto command = told(of_process(pid, "cmdline"), largest_command);
  while (command.ends_with('\0')) command.pop_back();
  for (char& letter : command) {
    if (letter == '\0') letter = ' ';
  }
  if (command.empty()) return fmt::format("process {}", pid);
  const auto program = command.substr(0, command.find(' '));
  command.erase(0, program.rfind('/') + 1);
  const bool whole = command.size() <= shown_command;
  return fmt::format("process {} ({}{})", pid, printable(command.substr(0, shown_command)), whole ? "" : "…");
}

bool runs_our_program(pid_t pid) {
  std::error_code unknown;  // then it is not known to be ours
  return fs::equivalent(of_process(pid, "exe"), "/proc/self/exe", unknown);
}

}  // namespace nocloud
