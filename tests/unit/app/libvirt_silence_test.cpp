#include "nocloud/app/libvirt_silence.hpp"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/recording_reporter.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;

class LibvirtSilence : public testing::Test {
 protected:
  /// Tells of a silence that grows up to this long.
  void be_silent(std::chrono::seconds whole, std::optional<std::chrono::seconds> limit) {
    const auto listen =
        silence_listener(reporter, "qemu:///system",
                         {.limit = limit, .on_end = [this](const Error& error) { ends.push_back(error); }});
    for (auto silent = 1s; silent <= whole && ends.empty(); ++silent) listen(silent);
  }

  RecordingReporter reporter;
  std::vector<Error> ends;
};

TEST_F(LibvirtSilence, IsNotWorthAWordAtFirst) {
  be_silent(4s, 1s);
  EXPECT_TRUE(reporter.warnings().empty());
  EXPECT_TRUE(ends.empty());
}

TEST_F(LibvirtSilence, IsToldOnce) {
  be_silent(14s, 1s);
  ASSERT_EQ(reporter.warnings().size(), 1U);
  EXPECT_NE(reporter.warnings().front().find("'qemu:///system' has not answered for 5 s"), std::string::npos);
  EXPECT_TRUE(ends.empty());
}

TEST_F(LibvirtSilence, EndsWithATimeOut) {
  for (const auto& [limit, told] : {std::pair{std::optional(1s), "for 15 s"},
                                    {std::optional(40s), "for 40 s"},
                                    {std::optional<std::chrono::seconds>(), "for 120 s"}}) {
    ends.clear();
    be_silent(600s, limit);
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends.front().kind(), ErrorKind::timed_out);
    EXPECT_NE(ends.front().message().find(told), std::string::npos) << ends.front().message();
    EXPECT_FALSE(ends.front().hint().empty());
  }
}

class GuestWait : public testing::Test {
 protected:
  std::function<void(const VmName&, std::chrono::milliseconds)> listener(
      std::optional<std::chrono::seconds> limit) {
    return guest_wait_listener(
        reporter, {.limit = limit, .on_end = [this](const Error& error) { ends.push_back(error); }});
  }

  VmName web = VmName::parse("web00");
  VmName db = VmName::parse("db00");
  RecordingReporter reporter;
  std::vector<Error> ends;
};

TEST_F(GuestWait, IsToldOnceForEachVm) {
  const auto listen = listener(60s);
  for (auto waited = 1s; waited < 15s; ++waited) {
    listen(web, waited);
    listen(db, waited);
    EXPECT_EQ(reporter.warnings().size(), waited < 10s ? 0U : 2U);
  }
  EXPECT_NE(reporter.warnings().front().find("QEMU process of VM 'web00' for 10 s"), std::string::npos);
  for (auto waited = 1s; waited < 15s; ++waited) listen(web, waited);
  EXPECT_EQ(reporter.warnings().size(), 3U) << "it is a wait of its own";
  EXPECT_TRUE(ends.empty());
}

TEST_F(GuestWait, EndsWithATimeOut) {
  for (const auto& [limit, told] : {std::pair{std::optional(1s), "for 15 s"},
                                    {std::optional(40s), "for 40 s"},
                                    {std::optional<std::chrono::seconds>(), "for 600 s"}}) {
    ends.clear();
    const auto listen = listener(limit);
    for (auto waited = 1s; waited < 1000s && ends.empty(); ++waited) listen(web, waited);
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends.front().kind(), ErrorKind::timed_out);
    EXPECT_NE(ends.front().message().find(told), std::string::npos) << ends.front().message();
    EXPECT_NE(ends.front().hint().find("vmstop web00 --grace 0"), std::string::npos);
  }
}

}  // namespace
}  // namespace nocloud::test
