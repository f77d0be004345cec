#include "nocloud/image/source/download.hpp"

#include <chrono>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/local_file.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// nocloud-fetch gives up by itself, and much earlier, when nothing comes.
constexpr std::chrono::hours longest_download{24};

/// One file for each URL and checksum, so that what is there of an older version is never gone on with.
fs::path place_of(const Downloads& downloads, const DownloadUrl& url,
                  const std::optional<Checksum>& checksum) {
  const auto what = fmt::format("{}\n{}", url.str(), checksum ? checksum->str() : "");
  return downloads.folder / hex(bytes_of(sha256(what)));
}

/// nocloud-fetch says how far it is as "DONE TOTAL".
void tell_progress(std::string_view line, const DownloadWatch& watch) {
  const auto words = split(line, ' ');
  if (words.size() != 2 || !watch.on_progress) return;
  const auto done = parse_number<std::uint64_t>(words[0]);
  const auto total = parse_number<std::uint64_t>(words[1]);
  if (done && total) watch.on_progress(*done, *total);
}

ErrorKind kind_of(int exit_code) {
  for (const auto kind : {ErrorKind::invalid_input, ErrorKind::not_found, ErrorKind::unavailable,
                          ErrorKind::timed_out, ErrorKind::interrupted}) {
    if (static_cast<int>(kind) == exit_code) return kind;
  }
  return ErrorKind::failed;
}

/// The error that nocloud-fetch ended with: "nocloud-fetch: MESSAGE", and its hint, indented, on the next
/// line.
Error error_of(const ProcessResult& result, const fs::path& program) {
  const auto lines = split(trimmed(result.errors), '\n');
  auto message = lines.front();
  const auto prefix = program.filename().string() + ": ";
  if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  const auto hint = lines.size() > 1 ? trimmed(lines[1]) : std::string_view();
  if (message.empty()) return {ErrorKind::failed, fmt::format("it ended with status {}", result.exit_code)};
  return {kind_of(result.exit_code), printable(message), printable(hint)};
}

void fetch(const fs::path& program, const DownloadUrl& url, const fs::path& file,
           const DownloadWatch& watch) {
  // By standard input: everybody may read a program's arguments, and a URL may hold a password.
  const auto result = run_process({program.string(), file.string()},
                                  {.input = url.str(),
                                   .on_line = [&](std::string_view line) { tell_progress(line, watch); },
                                   .limit = longest_download,
                                   .stop = watch.stop});
  if (result.exit_code != 0) throw error_of(result, program);
}

std::optional<BrokenDownload> removed(const fs::path& place, std::chrono::hours age) {
  const auto lock = FileLock::acquire_if_free({place.string() + ".lock"});
  std::error_code missing;
  const auto written = fs::last_write_time(place, missing);
  if (!lock || (!missing && written > fs::file_time_type::clock::now() - age)) return std::nullopt;
  // As nocloud-fetch has it: what it is the beginning of goes before its bytes.
  remove_file(place.string() + ".origin");
  if (missing) return std::nullopt;
  const BrokenDownload broken{.file = place, .bytes = fs::file_size(place)};
  remove_file(place);
  return broken;
}

}  // namespace

DownloadedFile::~DownloadedFile() {
  std::error_code ignored;  // a cache; the next download of the same writes over it
  if (!path_.empty()) fs::remove(path_, ignored);
}

void require_checksum(const fs::path& file, const Checksum& checksum, const std::stop_token& stop) {
  const Checksum found{.algorithm = checksum.algorithm,
                       .hex = hex(LocalFile::open(file).digest(checksum.algorithm, stop))};
  if (found == checksum) return;
  throw Error(
      ErrorKind::invalid_input, fmt::format("its checksum is {}, not {}", found.str(), checksum.str()),
      "Either its publisher has a newer one, which has a newer checksum, or it was changed on its way.");
}

std::vector<BrokenDownload> remove_broken_downloads(const fs::path& folder, std::chrono::hours age) {
  std::set<std::string> names;
  std::error_code ignored;  // no folder, no downloads
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    auto name = entry.path().stem().string();
    if (is_hex(name, 64)) names.insert(std::move(name));
  }
  std::vector<BrokenDownload> gone;
  for (const auto& name : names) {
    if (auto broken = removed(folder / name, age)) gone.push_back(*std::move(broken));
  }
  return gone;
}

DownloadedFile download(const Downloads& downloads, const DownloadUrl& url,
                        const std::optional<Checksum>& checksum, const DownloadWatch& watch) {
  return while_doing(fmt::format("downloading {}", cited(url.public_str(), 200)), [&] {
    if (!downloads.program) {
      throw Error(ErrorKind::not_found, "there is no nocloud-fetch on this machine, which downloads",
                  "Install nocloud here, or download the image yourself and give the file.");
    }
    make_folder(downloads.folder, 0700);
    const auto place = place_of(downloads, url, checksum);
    auto lock = FileLock::acquire({place.string() + ".lock"},
                                  {.stop = watch.stop, .on_wait = watch.on_wait, .limit = longest_download});
    fetch(*downloads.program, url, place, watch);
    DownloadedFile file(place, std::move(lock));
    if (checksum) require_checksum(file.path(), *checksum, watch.stop);
    return file;
  });
}

}  // namespace nocloud
