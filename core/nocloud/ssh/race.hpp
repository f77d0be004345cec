#pragma once

#include <list>
#include <string>
#include <vector>

#include "nocloud/ssh/attempt.hpp"
#include "nocloud/ssh/pace.hpp"
#include "nocloud/ssh/poll_set.hpp"

namespace nocloud {

/// Attempts at one peer, overlapping where that gains time; the first that is greeted goes on alone.
class Race {
 public:
  Race(const SshPeer& peer, const std::string& private_key, const SshWait& wait);

  SshProgress run();

 private:
  void start_due();
  void wait_for_news();
  void advance_all();
  void settle(const Attempt& attempt);
  bool is_over(const Attempt& attempt) const;
  void drop_losers();
  /// Tells of attempts to which nothing has come for so long.
  void note_silence(Clock::Duration at_least);
  void note(SshStage stage, const std::string& obstacle);
  void report();
  std::vector<Pace::Pending> pending() const;

  const SshPeer& peer_;
  const std::string& private_key_;
  const SshWait& wait_;
  Clock::TimePoint now_;
  Pace pace_;
  PollSet polls_;
  std::list<Attempt> attempts_;
  SshProgress progress_;
  SshProgress reported_;
  Clock::TimePoint reported_at_;
  bool any_key_type_ = false;
  bool over_ = false;
};

}  // namespace nocloud
