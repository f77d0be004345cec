#pragma once

#include <optional>
#include <string>

#include "nocloud/base/clock.hpp"
#include "nocloud/ssh/session.hpp"
#include "nocloud/ssh/ssh_port.hpp"
#include "nocloud/ssh/stream.hpp"

namespace nocloud {

/// How an attempt ended.
enum class AttemptEnd {
  /// It reached the stage that it was made for.
  success,
  /// The machine is there and says that nothing listens.
  refused,
  /// No way to the machine, or no sign of it.
  unreachable,
  /// Accepted and closed without a word: what a relay does while the guest refuses.
  dropped,
  /// It said something that is not SSH, or the SSH connection broke.
  broken,
  /// It offers no host key of the expected type.
  no_such_key,
  /// It proved to be another machine.
  other_key,
  login_refused,
};

struct AttemptPlan {
  const SshPeer& peer;
  /// The private key's text.
  const std::string& private_key;
  SshStage until = SshStage::logged_in;
  /// Asks for any type of host key, so as to be able to say which one the peer has.
  bool any_key_type = false;
};

/// One try to come to a peer: connection, greeting, host key, login. Never blocks; an address of its own that
/// does not change.
class Attempt {
 public:
  Attempt(const AttemptPlan& plan, Clock::TimePoint now);

  /// Goes on as far as it can without waiting.
  void advance(Clock::TimePoint now);

  SshStage stage() const noexcept { return stage_; }
  const std::optional<AttemptEnd>& end() const noexcept { return end_; }
  /// What stood in the way, once it has ended without success or while a login is refused; else empty.
  const std::string& obstacle() const noexcept { return obstacle_; }
  /// What to say of the peer while it is silent at this stage; empty if nothing is expected of it.
  std::string silence() const;
  Clock::TimePoint begun() const noexcept { return begun_; }
  Clock::TimePoint stage_since() const noexcept { return stage_since_; }
  /// When to advance although nothing can be read or written.
  std::optional<Clock::TimePoint> wake_at() const noexcept { return wake_at_; }
  int fd() const noexcept { return stream_.fd(); }
  short events() const;
  /// Only after success.
  Session& session() { return *session_; }

 private:
  void connect();
  void shake_hands();
  void check_key();
  void log_in(Clock::TimePoint now);
  void reach(SshStage stage);
  void fail(AttemptEnd end, std::string obstacle);
  void fail_greeting();
  std::string first_words() const;

  AttemptPlan plan_;
  Clock::TimePoint begun_;
  Clock::TimePoint now_;
  Clock::TimePoint stage_since_;
  SshStage stage_ = SshStage::silent;
  std::optional<AttemptEnd> end_;
  std::string obstacle_;
  std::optional<Clock::TimePoint> wake_at_;
  unsigned refused_logins_ = 0;
  Stream stream_;
  std::optional<Session> session_;
};

}  // namespace nocloud
