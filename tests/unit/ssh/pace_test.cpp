#include "nocloud/ssh/pace.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;

constexpr Clock::TimePoint start{};

/// A world of its own time: what becomes of an attempt that begins at a time, and after how long.
struct Fate {
  Clock::Duration accepted = 0ms;
  std::optional<AttemptEnd> end = std::nullopt;
  Clock::Duration greeted_or_ended = 1h;
};
using World = std::function<Fate(Clock::TimePoint begun)>;

struct Outcome {
  Clock::Duration greeted_after = 1h;
  int attempts = 0;
  std::size_t most_at_once = 0;
};

/// Lets a pace loose on a world, in steps of 5 ms, until an attempt is greeted or the limit is over.
Outcome play(bool relayed, const World& world, Clock::Duration limit) {
  Pace pace(relayed, false, start);
  Outcome outcome;
  std::vector<Pace::Pending> pending;
  for (auto now = start; now - start < limit; now += 5ms) {
    for (std::size_t i = 0; i < pending.size();) {
      const auto fate = world(pending[i].begun);
      const auto age = now - pending[i].begun;
      if (age >= fate.accepted) pending[i].stage = SshStage::port_open;
      if (age < fate.greeted_or_ended) {
        ++i;
      } else if (!fate.end) {
        outcome.greeted_after = now - start;
        return outcome;
      } else {
        pace.ended(*fate.end, now);
        pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    std::erase_if(pending, [&](const Pace::Pending& one) { return pace.is_hopeless(one); });
    if (const auto due = pace.next_start(pending); due && *due <= now) {
      if (const auto index = Pace::to_give_up(pending, now)) {
        pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(*index));
      }
      pace.started(now);
      pending.push_back({SshStage::silent, now});
      ++outcome.attempts;
      outcome.most_at_once = std::max(outcome.most_at_once, pending.size());
    }
  }
  return outcome;
}

/// A guest behind a relay that accepts at once and, while there is no answer, asks again as libslirp does:
/// lost until `up`, then refused until `open`, then greeted after `slowness`.
World relayed_guest(Clock::Duration up, Clock::Duration open, Clock::Duration slowness) {
  return [=](Clock::TimePoint begun) -> Fate {
    auto asked = begun - start;
    for (Clock::Duration pause = 6s; asked < up; pause = 12s) asked += pause;
    const auto relayed = asked - (begun - start);
    if (asked < open) return {.end = AttemptEnd::dropped, .greeted_or_ended = relayed + 2ms};
    return {.greeted_or_ended = relayed + slowness};
  };
}

TEST(Pace, FollowsARefusingGuestClosely) {
  const World world = [](Clock::TimePoint begun) -> Fate {
    if (begun - start < 7s) return {.end = AttemptEnd::refused, .greeted_or_ended = 0ms};
    return {.greeted_or_ended = 5ms};
  };
  const auto outcome = play(false, world, 20s);
  EXPECT_LE(outcome.greeted_after, 7s + 50ms);
  EXPECT_LE(outcome.attempts, 7 * 50 + 2);
}

TEST(Pace, SendsNewPacketsWhenOldOnesMayBeLost) {
  const World world = [](Clock::TimePoint begun) -> Fate {
    if (begun - start < 7s) return {.accepted = 1h};
    return {.accepted = 5ms, .greeted_or_ended = 10ms};
  };
  const auto outcome = play(false, world, 20s);
  EXPECT_LE(outcome.greeted_after, 7s + 150ms);
  EXPECT_LE(outcome.most_at_once, 5U);
}

TEST(Pace, LeavesASlowGuestAlone) {
  const World world = [](Clock::TimePoint) -> Fate { return {.greeted_or_ended = 12s}; };
  const auto outcome = play(false, world, 20s);
  EXPECT_LE(outcome.greeted_after, 12s + 50ms);
  EXPECT_LE(outcome.attempts, 2);
}

TEST(Pace, FollowsAGuestThatRefusesThroughARelay) {
  const auto outcome = play(true, relayed_guest(10s, 14s, 5ms), 30s);
  EXPECT_LE(outcome.greeted_after, 14s + 60ms);
}

TEST(Pace, FindsAGuestThatNeverRefusedThroughARelay) {
  const auto outcome = play(true, relayed_guest(10s, 10s, 5ms), 30s);
  EXPECT_LE(outcome.greeted_after, 12s);
  EXPECT_LE(outcome.most_at_once, 5U);
}

TEST(Pace, LeavesRoomAtASlowGuestThatMayNotBeThere) {
  // Each visit stays with such a guest until it has greeted it, and ten are a crowd.
  const auto outcome = play(true, relayed_guest(0s, 0s, 30s), 60s);
  EXPECT_LE(outcome.greeted_after, 30s + 50ms);
  EXPECT_LE(outcome.attempts, 7);
}

TEST(Pace, LeavesASlowGuestAloneOnceItHasRefused) {
  const auto outcome = play(true, relayed_guest(2s, 3s, 4s), 30s);
  EXPECT_LE(outcome.greeted_after, 7s + 60ms);
}

TEST(Pace, GetsThroughHoweverSlowTheGuest) {
  for (const auto up : {0ms, 730ms, 4100ms, 10300ms, 61000ms}) {
    for (const auto slowness : {100ms, 700ms, 1600ms, 2500ms, 4000ms, 8000ms}) {
      const auto outcome = play(true, relayed_guest(up, up, slowness), 200s);
      EXPECT_LE(outcome.greeted_after, up + 4 * slowness + 4s) << up.count() << " " << slowness.count();
    }
  }
}

TEST(Pace, PausesLongerAfterEachFailureThatIsNoRefusal) {
  Pace pace(false, false, start);
  pace.ended(AttemptEnd::login_refused, start);
  EXPECT_EQ(pace.next_start({}), start + 250ms);
  for (int i = 0; i < 20; ++i) pace.ended(AttemptEnd::broken, start);
  EXPECT_EQ(pace.next_start({}), start + 2s);
}

TEST(Pace, StartsNothingBesideAGreetedAttempt) {
  const Pace pace(true, false, start);
  EXPECT_EQ(pace.next_start({{SshStage::banner, start}}), std::nullopt);
}

TEST(Pace, DoesNotStartProcessesInARow) {
  Pace pace(true, true, start);
  pace.started(start);
  pace.ended(AttemptEnd::dropped, start);
  EXPECT_GE(pace.next_start({}), start + 500ms);
  EXPECT_GE(pace.next_start({{SshStage::port_open, start}}), start + 5s);
}

}  // namespace
}  // namespace nocloud::test
