#include "nocloud/model/meeting_point.hpp"

#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"

namespace nocloud::test {
namespace {

TEST(MeetingPoint, FollowsFromAText) {
  EXPECT_EQ(MeetingPoint::of_text("a"), MeetingPoint::of_text("a"));
  EXPECT_NE(MeetingPoint::of_text("a"), MeetingPoint::of_text("b"));
  for (int i = 0; i < 1000; ++i) {
    const auto some = MeetingPoint::of_text("group" + std::to_string(i));
    EXPECT_EQ(some.address.number() >> 18U, (239U << 24U | 192U << 16U) >> 18U);
    EXPECT_GE(some.port, 10'000);
    EXPECT_LT(some.port, 20'000);
    EXPECT_EQ(MeetingPoint::parse(some.str()), some);
  }
}

TEST(MeetingPoint, IsMulticastOfOurOwn) {
  for (const auto* text :
       {"", "239.192.0.1", "239.192.0.1:", "239.192.0.1:0", "239.192.0.1:65536", "10.0.0.1:12345",
        "224.0.0.1:12345", "239.196.0.0:12345", ":12345", "239.192.0.1:1,mode=x"}) {
    EXPECT_THROW(MeetingPoint::parse(text), Error) << text;
  }
}

}  // namespace
}  // namespace nocloud::test
