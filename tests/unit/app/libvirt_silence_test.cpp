#include "nocloud/app/libvirt_silence.hpp"

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

}  // namespace
}  // namespace nocloud::test
