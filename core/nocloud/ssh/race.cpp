#include "nocloud/ssh/race.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace nocloud {
namespace {

using namespace std::chrono_literals;

/// Slow guests on busy machines take long to greet and longer to compute keys; nobody takes this long.
constexpr auto longest_stage = 60s;
/// Silence shorter than this is not worth telling.
constexpr auto notable_silence = 1s;

Clock::TimePoint now() {
  // poll() waits in real time, so no other clock could be of use here.
  return std::chrono::steady_clock::now();
}

}  // namespace

Race::Race(const SshPeer& peer, const std::string& private_key, const SshWait& wait)
    : peer_(peer),
      private_key_(private_key),
      wait_(wait),
      now_(now()),
      pace_(may_be_relayed(peer.endpoint), !peer.endpoint.via.empty(), now_),
      polls_(wait.stop),
      reported_at_(now_) {
  progress_.obstacle = "no answer";
}

SshProgress Race::run() {
  while (!over_ && now_ < wait_.deadline) {
    start_due();
    advance_all();
    if (over_) break;
    report();
    wait_for_news();
    now_ = now();
  }
  if (progress_.obstacle.empty()) note_silence(0s);
  report();
  return progress_;
}

std::vector<Pace::Pending> Race::pending() const {
  std::vector<Pace::Pending> pending;
  for (const auto& attempt : attempts_) pending.push_back({attempt.stage(), attempt.begun()});
  return pending;
}

void Race::start_due() {
  const auto due = pace_.next_start(pending());
  if (!due || *due > now_) return;
  if (const auto index = Pace::to_give_up(pending(), now_)) {
    attempts_.erase(std::next(attempts_.begin(), static_cast<std::ptrdiff_t>(*index)));
  }
  pace_.started(now_);
  attempts_.emplace_back(AttemptPlan{peer_, private_key_, wait_.until, any_key_type_}, now_);
}

void Race::wait_for_news() {
  auto until = std::min(wait_.deadline, reported_at_ + 1s);
  if (const auto due = pace_.next_start(pending())) until = std::min(until, *due);
  polls_.clear();
  for (const auto& attempt : attempts_) {
    // One that pauses is not polled: a peer that hangs up meanwhile would wake us all the time.
    if (attempt.wake_at()) {
      until = std::min(until, *attempt.wake_at());
    } else {
      polls_.add(attempt.fd(), attempt.events());
    }
  }
  polls_.wait(until);
}

void Race::advance_all() {
  for (auto& attempt : attempts_) {
    attempt.advance(now_);
    note(attempt.stage(), attempt.obstacle());
    if (attempt.end()) settle(attempt);
  }
  note_silence(notable_silence);
  attempts_.remove_if([&](const Attempt& attempt) { return is_over(attempt); });
  drop_losers();
}

bool Race::is_over(const Attempt& attempt) const {
  if (attempt.end()) return true;
  if (attempt.stage() >= SshStage::banner) return now_ - attempt.stage_since() > longest_stage;
  return now_ - attempt.begun() > longest_stage || pace_.is_hopeless({attempt.stage(), attempt.begun()});
}

void Race::settle(const Attempt& attempt) {
  switch (*attempt.end()) {
    case AttemptEnd::success:
      progress_ = {.reached = attempt.stage()};
      over_ = true;
      break;
    case AttemptEnd::other_key:
      progress_ = {.reached = SshStage::banner, .obstacle = attempt.obstacle()};
      over_ = true;
      break;
    case AttemptEnd::no_such_key:
      any_key_type_ = true;
      break;
    default:
      break;
  }
  pace_.ended(*attempt.end(), now_);
}

void Race::drop_losers() {
  const auto winner = std::find_if(attempts_.begin(), attempts_.end(), [](const Attempt& attempt) {
    return attempt.stage() >= SshStage::banner;
  });
  if (winner == attempts_.end()) return;
  attempts_.erase(std::next(winner), attempts_.end());
  attempts_.erase(attempts_.begin(), winner);
}

void Race::note_silence(Clock::Duration at_least) {
  for (const auto& attempt : attempts_) {
    if (attempt.end() || attempt.wake_at() || now_ - attempt.stage_since() < at_least) continue;
    note(attempt.stage(), attempt.silence());
  }
}

void Race::note(SshStage stage, const std::string& obstacle) {
  if (over_) return;
  if (stage > progress_.reached) progress_ = {.reached = stage};
  if (!obstacle.empty()) progress_.obstacle = obstacle;
}

void Race::report() {
  const bool changed = progress_.reached != reported_.reached || progress_.obstacle != reported_.obstacle;
  if (!changed && now_ - reported_at_ < 1s) return;
  reported_ = progress_;
  reported_at_ = now_;
  if (wait_.watch) wait_.watch(progress_);
}

}  // namespace nocloud
