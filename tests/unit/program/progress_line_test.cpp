#include "nocloud/program/progress_line.hpp"

#include <gtest/gtest.h>

namespace nocloud {
namespace {

constexpr std::uint64_t mb = 1'000'000;

TEST(ProgressLine, ShowsTheShare) {
  EXPECT_EQ(progress_line("debian13", 0, 280 * mb, 79), "debian13 [                    ]   0 %  0 of 280 MB");
  EXPECT_EQ(progress_line("debian13", 98 * mb, 280 * mb, 79),
            "debian13 [#######             ]  35 %  98 of 280 MB");
  EXPECT_EQ(progress_line("debian13", 280 * mb, 280 * mb, 79),
            "debian13 [####################] 100 %  280 of 280 MB");
}

TEST(ProgressLine, WithoutATotalShowsWhatIsThere) {
  EXPECT_EQ(progress_line("debian13", 98 * mb, 0, 79), "debian13  98 MB");
}

TEST(ProgressLine, KeepsWithinItsBounds) {
  EXPECT_EQ(progress_line("debian13", 98 * mb, 280 * mb, 10), "debian13 [");
  EXPECT_EQ(progress_line("a", 3 * mb, 2 * mb, 79), "a [####################] 100 %  3 of 2 MB");
}

}  // namespace
}  // namespace nocloud
