#include "nocloud/image/disk/qemu_img.hpp"

#include <chrono>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::minutes limit_to_look{5};
constexpr std::chrono::minutes limit_to_read{60};
/// Exit codes of `qemu-img check`: fine, and clusters that are merely lost.
constexpr int check_fine = 0;
constexpr int check_leaks = 3;

/// An image from anywhere may have been made to wear the machine out. These are many times what a good one
/// takes; file_bytes is for what is written.
constexpr std::uint64_t most_memory = std::uint64_t{2} << 30U;
constexpr int most_processors = 4;
constexpr std::uint64_t nothing_written = 0;

ProcessResult run_qemu_img(Arguments arguments, std::chrono::minutes limit, const std::stop_token& stop,
                           std::optional<std::uint64_t> file_bytes = std::nullopt) {
  if (!find_program("qemu-img")) {
    throw Error(ErrorKind::not_found, "there is no program 'qemu-img' on this machine",
                "apt-get install qemu-utils");
  }
  arguments.insert(arguments.begin(), "qemu-img");
  return run_process(arguments, {.limit = limit,
                                 .stop = stop,
                                 // Each further arena takes 64 MiB of addresses, used or not.
                                 .environment = {"MALLOC_ARENA_MAX=1"},
                                 .resources = {.address_space_bytes = most_memory,
                                               .file_bytes = file_bytes,
                                               .processor_time = limit * most_processors}});
}

/// A path that QEMU can't take for a URL or an option: "nbd:x" and "json:{}" are names of files, too.
std::string plain(const std::filesystem::path& path) {
  return std::filesystem::absolute(path).string();
}

[[noreturn]] void refuse(std::string_view what, const ProcessResult& result) {
  const auto words = result.errors.empty() ? std::string_view(result.output) : result.errors;
  throw Error(ErrorKind::invalid_input,
              fmt::format("{}; qemu-img says: {}", what, printable(trimmed(last_lines(words, 1)))),
              "Fetch or copy the file again; if a running VM uses it, stop that first.");
}

/// QEMU's own reading of the header, which must not know more than ours did.
void check_info(const std::filesystem::path& disk, const std::stop_token& stop) {
  const auto result = run_qemu_img({"info", "--output=json", "-f", "qcow2", plain(disk)}, limit_to_look, stop,
                                   nothing_written);
  if (result.exit_code != 0) refuse("QEMU cannot open it", result);
  const auto info = Json::parse(result.output, nullptr, false);
  if (!info.is_object()) refuse("QEMU cannot tell what it is", result);
  const auto features = info.value("/format-specific/data"_json_pointer, Json::object());
  if (info.contains("backing-filename") || features.contains("data-file") || info.value("encrypted", false)) {
    throw Error(ErrorKind::invalid_input, "it needs another file or a key",
                "Make one that stands alone: qemu-img convert -O qcow2 FILE disk.qcow2");
  }
}

void check_structure(const std::filesystem::path& disk, const std::stop_token& stop) {
  const auto result =
      run_qemu_img({"check", "-q", "-f", "qcow2", plain(disk)}, limit_to_look, stop, nothing_written);
  if (result.exit_code != check_fine && result.exit_code != check_leaks) {
    refuse("it is broken or cut short", result);
  }
}

/// `done` ends "it cannot be …".
void change(Arguments arguments, std::string_view done, const std::stop_token& stop,
            std::optional<std::uint64_t> file_bytes = std::nullopt) {
  const auto result = run_qemu_img(std::move(arguments), limit_to_read, stop, file_bytes);
  if (result.exit_code == 0) return;
  const bool is_full = result.errors.find("No space left on device") != std::string::npos;
  throw Error(is_full ? ErrorKind::unavailable : ErrorKind::failed,
              fmt::format("it cannot be {}; qemu-img says: {}", done,
                          printable(trimmed(last_lines(result.errors, 1)))),
              "If space is short, set TMPDIR to a folder with more of it.");
}

}  // namespace

void read_through_qcow2(const std::filesystem::path& disk, std::uint64_t disk_bytes,
                        const std::stop_token& stop) {
  check_info(disk, stop);
  check_structure(disk, stop);
  // The check does not see compressed content that was cut short; reading it does.
  const auto nowhere = fmt::format("driver=null-co,read-zeroes=on,size={}", disk_bytes);
  const auto result = run_qemu_img(
      {"convert", "-f", "qcow2", "-n", "--target-is-zero", "--target-image-opts", plain(disk), nowhere},
      limit_to_read, stop, nothing_written);
  if (result.exit_code != 0) refuse("its content cannot be read", result);
}

void convert_raw_to_qcow2(const std::filesystem::path& raw, const std::filesystem::path& qcow2,
                          const std::stop_token& stop) {
  const auto bytes = std::filesystem::file_size(raw);
  constexpr std::uint64_t tables = std::uint64_t{64} << 20U;
  change({"convert", "-f", "raw", "-O", "qcow2", plain(raw), plain(qcow2)}, "converted to qcow2", stop,
         bytes + bytes / 64 + tables);
}

void flatten_qcow2(const std::filesystem::path& disk, const std::filesystem::path& flat,
                   const std::stop_token& stop) {
  change({"convert", "-f", "qcow2", "-O", "qcow2", plain(disk), plain(flat)}, "made to stand alone", stop);
}

void rename_backing(const std::filesystem::path& disk, const std::string& below,
                    const std::stop_token& stop) {
  change({"rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", below, plain(disk)}, "put over its base", stop);
}

}  // namespace nocloud
