#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "nocloud/base/clock.hpp"
#include "nocloud/ssh/attempt.hpp"

namespace nocloud {

/// When to try again, and what to give up for it. Only decides; the race of attempts acts.
///
/// A guest that refuses is nearly there: ask often. Packets that get no answer may be lost: send new ones,
/// the kernel waits ever longer before it does. A connection that is accepted but silent is either a slow
/// guest (then further ones make it slower, and crowd out whoever comes next) or a relay with nobody behind
/// it (then a new one gets through earlier).
class Pace {
 public:
  /// `relayed`: whether an accepted connection proves nothing. `costly`: whether an attempt is a process.
  Pace(bool relayed, bool costly, Clock::TimePoint now)
      : relayed_(relayed), costly_(costly), first_start_(now), last_start_(now), earliest_(now) {}

  /// What the pending attempts are at.
  struct Pending {
    SshStage stage = SshStage::silent;
    Clock::TimePoint begun;
  };
  /// When the next attempt is due beside these (not hopeless ones, in the order of their start); nothing
  /// while they suffice.
  std::optional<Clock::TimePoint> next_start(const std::vector<Pending>& pending) const;
  /// Whether this one has no prospects: the guest has refused a later one, so what this one sent was lost.
  bool is_hopeless(const Pending& pending) const { return refused_at_ && pending.begun < *refused_at_; }
  /// Which of these to give up now that another is due. What is left has about evenly spread ages, on a
  /// logarithmic scale: so there is always one that has had time enough, however slow the guest.
  static std::optional<std::size_t> to_give_up(const std::vector<Pending>& pending, Clock::TimePoint now);

  void started(Clock::TimePoint now) { last_start_ = now; }
  void ended(AttemptEnd end, Clock::TimePoint now);

 private:
  enum class Case { no_answer, nobody_behind, slow_guest, costly };
  Case case_of(const std::vector<Pending>& pending) const;

  bool relayed_;
  bool costly_;
  Clock::TimePoint first_start_;
  Clock::TimePoint last_start_;
  Clock::TimePoint earliest_;
  /// When the guest last proved, by refusing, that it is up.
  std::optional<Clock::TimePoint> refused_at_ = std::nullopt;
  unsigned failures_ = 0;
};

}  // namespace nocloud
