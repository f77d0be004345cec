#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "fetch/fetch.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud {
namespace {

constexpr std::size_t largest_input = 8192;

const ToolSpec tool{
    .name = "nocloud-fetch",
    .summary =
        "Downloads a file for nocloud's tools: the URL on standard input, how far it is on standard output.",
    .synopses = {"FILE"},
    .options = {},
    .words = ToolSpec::Words::anywhere,
    .examples = {
        {"echo https://example.org/disk.qcow2 | nocloud-fetch disk.qcow2",
         "prints the bytes that are there and those there are to be; run again, it goes on where it was"}}};

/// Prints "DONE TOTAL" ten times a second, and at the end.
class ProgressLines {
 public:
  void operator()(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    const bool ends = total != 0 && done == total;
    if (done == told_ || (!ends && now - last_ < std::chrono::milliseconds(100))) return;
    last_ = now;
    told_ = done;
    fmt::print("{} {}\n", done, total);
    if (std::fflush(stdout) != 0) throw Error(ErrorKind::failed, "nobody reads how far the download is");
  }

 private:
  std::chrono::steady_clock::time_point last_;
  std::uint64_t told_ = 0;
};

int run(const Call& call) {
  const auto& words = call.invocation.words();
  if (words.size() != 1)
    refuse_usage("say which file to make: nocloud-fetch FILE, and the URL on standard input");
  const auto input = standard_input(largest_input);
  const auto url = DownloadUrl::parse(trimmed(last_lines(input, 1)));
  SystemClock clock;
  ProgressLines lines;
  fetch(
      url, words.front(), clock, [&](std::uint64_t done, std::uint64_t total) { lines(done, total); },
      call.stop);
  return 0;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
