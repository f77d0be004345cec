#include "nocloud/ssh/pace.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace nocloud {
namespace {

using namespace std::chrono_literals;

/// Well below ten, from which on sshd turns visitors away at random (MaxStartups 10:30:100): whoever comes
/// after us wants to be let in, too.
constexpr std::size_t most_pending = 5;
constexpr std::size_t most_at_slow_guest = 3;

/// After failures in a row that are not the guest's just coming up: sshd counts such visits against us.
Clock::Duration growing_pause(unsigned failures) {
  return std::min<Clock::Duration>(250ms * (1U << std::min(failures, 8U)), 2s);
}

}  // namespace

Pace::Case Pace::case_of(const std::vector<Pending>& pending) const {
  if (costly_) return Case::costly;
  const bool accepted = std::any_of(pending.begin(), pending.end(),
                                    [](const Pending& one) { return one.stage == SshStage::port_open; });
  if (!accepted) return Case::no_answer;
  const bool guest_is_up = refused_at_ && last_start_ - *refused_at_ < 1min;
  return relayed_ && !guest_is_up ? Case::nobody_behind : Case::slow_guest;
}

std::optional<Clock::TimePoint> Pace::next_start(const std::vector<Pending>& pending) const {
  if (pending.empty()) return earliest_;
  const bool greeted = std::any_of(pending.begin(), pending.end(),
                                   [](const Pending& one) { return one.stage >= SshStage::banner; });
  if (greeted) return std::nullopt;
  const auto after_last = [&](Clock::Duration pause) { return std::max(earliest_, last_start_ + pause); };
  switch (case_of(pending)) {
    case Case::no_answer:
      return after_last(100ms);
    case Case::nobody_behind:
      // Each of these costs a slow guest a process, those given up as well, so there are to be few: it is as
      // often asked by the relay, which sends each again (libslirp after 6 s, then every 12 s).
      return after_last(std::clamp<Clock::Duration>(last_start_ - first_start_, 500ms, 15s));
    case Case::slow_guest:
    case Case::costly:
      break;
  }
  if (pending.size() >= most_at_slow_guest) return std::nullopt;
  return after_last(5s * (1U << (pending.size() - 1)));
}

std::optional<std::size_t> Pace::to_give_up(const std::vector<Pending>& pending, Clock::TimePoint now) {
  if (pending.size() < most_pending) return std::nullopt;
  std::size_t chosen = 1;
  double smallest = std::numeric_limits<double>::max();
  for (std::size_t i = 1; i + 1 < pending.size(); ++i) {
    const std::chrono::duration<double> gap_left = pending[i + 1].begun - pending[i - 1].begun;
    const std::chrono::duration<double> age = now - pending[i].begun;
    if (gap_left / age >= smallest) continue;
    smallest = gap_left / age;
    chosen = i;
  }
  return chosen;
}

void Pace::ended(AttemptEnd end, Clock::TimePoint now) {
  switch (end) {
    case AttemptEnd::refused:
      earliest_ = last_start_ + 20ms;
      break;
    case AttemptEnd::dropped:
      earliest_ = now + (costly_ ? growing_pause(++failures_) : 25ms);
      break;
    case AttemptEnd::unreachable:
      earliest_ = last_start_ + 100ms;
      break;
    default:
      earliest_ = now + growing_pause(failures_++);
      return;
  }
  if (!costly_) {
    failures_ = 0;
    if (end != AttemptEnd::unreachable) refused_at_ = now;
  }
}

}  // namespace nocloud
