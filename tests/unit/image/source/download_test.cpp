#include "nocloud/image/source/download.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::refusal_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

/// In the place of nocloud-fetch a script, which is called as that is: FILE, and the URL on standard input.
class Download : public testing::Test {
 protected:
  void fetcher_is(const std::string& script) {
    const auto program = folder.path() / "nocloud-fetch";
    write_file(program, "#!/bin/sh\n" + script, 0700);
    downloads.program = program;
  }
  DownloadedFile fetch(const std::optional<Checksum>& checksum = std::nullopt) {
    return download(downloads, url, checksum, watch);
  }
  Error refusal(const std::optional<Checksum>& checksum = std::nullopt) {
    return refusal_of([&] { fetch(checksum); });
  }
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(downloads.folder))
      names.push_back(entry.path().filename());
    return names;
  }
  static Checksum checksum_of(std::string_view content) {
    return {.algorithm = DigestAlgorithm::sha256, .hex = hex(bytes_of(sha256(content)))};
  }

  TemporaryFolder folder;
  Downloads downloads{.folder = folder.path() / "cache/downloads"};
  DownloadUrl url = DownloadUrl::parse("https://eva:hush@example.org/disk?hush");
  std::vector<std::pair<std::uint64_t, std::uint64_t>> heard;
  DownloadWatch watch{.on_progress = [this](auto done, auto total) { heard.emplace_back(done, total); }};
};

TEST_F(Download, HandsTheUrlOverUnseenAndGivesTheFile) {
  fetcher_is("cat >\"$1\"; echo $# >" + (folder.path() / "arguments").string());
  {
    const auto file = fetch(checksum_of(url.str()));
    EXPECT_EQ(read_file(file.path(), 1000), url.str());
    EXPECT_EQ(read_file(folder.path() / "arguments", 10), "1\n");
  }
  EXPECT_THAT(kept(), IsEmpty()) << "it goes with its object";
  EXPECT_EQ(fs::status(downloads.folder).permissions(), fs::perms::owner_all);
}

TEST_F(Download, TellsHowFarItIs) {
  fetcher_is("cat >\"$1\"; echo 1 3; echo nonsense; echo 2 x; echo 3 3");
  fetch();
  EXPECT_THAT(heard, ElementsAre(Pair(1U, 3U), Pair(3U, 3U)));
}

TEST_F(Download, AnotherChecksumIsRefusedAndNothingStays) {
  fetcher_is("cat >\"$1\"");
  const auto error = refusal(checksum_of("something else"));
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr(checksum_of(url.str()).str()));
  EXPECT_THAT(error.message(), HasSubstr(checksum_of("something else").str()));
  EXPECT_THAT(error.message(), Not(HasSubstr("hush")));
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(Download, AFailureIsToldInItsOwnWords) {
  const std::pair<int, ErrorKind> kinds[] = {{1, ErrorKind::failed},      {4, ErrorKind::not_found},
                                             {6, ErrorKind::unavailable}, {7, ErrorKind::timed_out},
                                             {99, ErrorKind::failed},     {130, ErrorKind::interrupted}};
  for (const auto& [status, kind] : kinds) {
    fetcher_is(fmt::format("echo 'nocloud-fetch: it \x1b rains' >&2; echo '  Wait.' >&2; exit {}", status));
    const auto error = refusal();
    EXPECT_EQ(error.kind(), kind) << status;
    EXPECT_EQ(error.message(), "downloading 'https://example.org/disk': it \\x1b rains");
    EXPECT_EQ(error.hint(), "Wait.");
  }
  fetcher_is("kill -9 $$");
  EXPECT_THAT(refusal().message(), HasSubstr("ended with status 137"));
}

TEST_F(Download, WhatBrokeOffIsThereForTheNext) {
  fetcher_is("cat >/dev/null; echo part >>\"$1\"; exit 6");
  refusal();
  refusal();
  EXPECT_EQ(kept().size(), 1U);
  fetcher_is("cat >/dev/null; echo whole >>\"$1\"");
  EXPECT_EQ(read_file(fetch().path(), 1000), "part\npart\nwhole\n");
}

TEST_F(Download, WithAnotherChecksumBeginsAnew) {
  fetcher_is("cat >/dev/null; echo part >>\"$1\"; exit 6");
  refusal();
  fetcher_is("cat >/dev/null; echo whole >>\"$1\"");
  EXPECT_EQ(read_file(fetch(checksum_of("whole\n")).path(), 1000), "whole\n");
}

TEST_F(Download, WhatNobodyGoesOnWithIsRemovedOnceItIsOld) {
  constexpr std::chrono::hours day{24};
  EXPECT_THAT(remove_broken_downloads(downloads.folder, day), IsEmpty()) << "nothing was ever downloaded";
  fetcher_is("cat >/dev/null; echo part >>\"$1\"; echo {} >\"$1.origin\"; exit 6");
  refusal();
  write_file(downloads.folder / "mine", "x", 0600);
  const auto part = downloads.folder / [&] {
    const auto names = kept();
    return *std::ranges::find_if(names, [](const std::string& name) { return is_hex(name, 64); });
  }();
  EXPECT_THAT(remove_broken_downloads(downloads.folder, day), IsEmpty());
  EXPECT_EQ(kept().size(), 3U);
  fs::last_write_time(part, fs::last_write_time(part) - 2 * day);
  {
    const auto somebody = FileLock::acquire({part.string() + ".lock"});
    EXPECT_THAT(remove_broken_downloads(downloads.folder, day), IsEmpty());
  }
  const auto gone = remove_broken_downloads(downloads.folder, day);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].file, part);
  EXPECT_EQ(gone[0].bytes, 5U);
  EXPECT_THAT(kept(), ElementsAre("mine"));
}

TEST_F(Download, ALockThatWasLeftGoesToo) {
  fetcher_is("cat >\"$1\"");
  const auto place = fetch().path();
  for (const auto* left : {".lock", ".origin"}) write_file(place.string() + left, "", 0600);
  EXPECT_THAT(remove_broken_downloads(downloads.folder, std::chrono::hours(24)), IsEmpty());
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(Download, StopsWhenAskedTo) {
  std::stop_source stop;
  watch.stop = stop.get_token();
  watch.on_progress = [&](auto, auto) { stop.request_stop(); };
  fetcher_is("echo 1 2; exec sleep 600");
  EXPECT_EQ(refusal().kind(), ErrorKind::interrupted);
}

TEST_F(Download, WithoutTheProgramSaysWhatToInstall) {
  const auto error = refusal();
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.message(), HasSubstr("no nocloud-fetch on this machine"));
  EXPECT_THAT(error.hint(), HasSubstr("give the file"));
}

TEST(RequireChecksum, TakesBothAlgorithms) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "a";
  write_file(file, "abc", 0600);
  // FIPS 180-2, appendices B.1 and C.1.
  require_checksum(
      file, Checksum::parse("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), {});
  const auto long_sum =
      "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
  require_checksum(file, Checksum::parse(long_sum), {});
  write_file(file, "abd", 0600);
  EXPECT_EQ(refusal_of([&] { require_checksum(file, Checksum::parse(long_sum), {}); }).kind(),
            ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud
