#include "fetch/fetch.hpp"

#include <chrono>

namespace nocloud {
namespace {

/// In a row, without getting anything.
constexpr unsigned fruitless_attempts = 5;
/// In all: a server that breaks off after every few bytes must not keep us for ever.
constexpr unsigned most_attempts = 100;

std::chrono::seconds pause_after(unsigned fruitless) {
  return std::chrono::seconds(1U << (fruitless == 0 ? 0 : fruitless - 1));
}

}  // namespace

void fetch(const DownloadUrl& url, const std::filesystem::path& file, Clock& clock,
           const TransferProgress& progress, const std::stop_token& stop) {
  PartialFile partial(file, url);
  unsigned fruitless = 0;
  for (unsigned attempt = 1;; ++attempt) {
    const auto before = partial.size();
    const auto setback = transfer(url, partial, progress, stop);
    if (!setback) {
      progress(partial.size(), partial.size());
      return partial.finish();
    }
    fruitless = partial.size() > before ? 0 : fruitless + 1;
    if (!setback->passes || fruitless >= fruitless_attempts || attempt >= most_attempts) throw setback->error;
    clock.sleep(pause_after(fruitless), stop);
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
  }
}

}  // namespace nocloud
