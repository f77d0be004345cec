#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/ssh/ssh_port.hpp"

namespace nocloud::test {

/// Guests that answer over SSH as a test says, and remember what was asked of them. Time does not pass: a
/// stage that a guest does not reach is not waited for. Endpoints that no guest was put at refuse.
class FakeSsh final : public Ssh {
 public:
  struct Guest {
    /// The key that it proves to hold; empty for whichever is expected.
    std::string host_key = {};
    /// How far it comes, and why not further.
    SshStage reached = SshStage::logged_in;
    std::string obstacle = {};
    /// What it does with a command; nothing means exit code 0.
    std::function<int(std::string_view command, const CommandSinks& sinks)> on_command = {};
  };
  struct Visit {
    SshPeer peer;
    /// The stage that was waited for; logged_in for a command.
    SshStage until = SshStage::logged_in;
    /// Empty for a wait.
    std::string command = {};
  };

  void put(const Endpoint& endpoint, Guest guest) {
    const std::lock_guard lock(mutex_);
    guests_[key_of(endpoint)] = std::move(guest);
  }
  /// For endpoints that no guest was put at.
  void put_everywhere(Guest guest) {
    const std::lock_guard lock(mutex_);
    everywhere_ = std::move(guest);
  }
  std::vector<Visit> visits() const {
    const std::lock_guard lock(mutex_);
    return visits_;
  }

  SshProgress wait_for(const SshPeer& peer, const SshWait& wait) override {
    if (wait.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    const auto guest = visit({.peer = peer, .until = wait.until});
    auto progress = answer(guest, peer);
    if (progress.reached >= wait.until) progress = {.reached = wait.until};
    if (wait.watch) wait.watch(progress);
    return progress;
  }

  int run(const SshPeer& peer, std::string_view command, const CommandSinks& sinks, Clock::TimePoint,
          const std::stop_token& stop) override {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    const auto guest = visit({.peer = peer, .command = std::string(command)});
    const auto progress = answer(guest, peer);
    if (progress.reached < SshStage::logged_in) {
      throw Error(ErrorKind::unavailable, "cannot log in: " + progress.obstacle);
    }
    return guest.on_command ? guest.on_command(command, sinks) : 0;
  }

 private:
  using Key = std::pair<std::string, std::uint16_t>;
  static Key key_of(const Endpoint& endpoint) { return {endpoint.host, endpoint.port}; }

  static SshProgress answer(const Guest& guest, const SshPeer& peer) {
    if (!guest.host_key.empty() && guest.host_key != peer.host_key) {
      return {.reached = SshStage::banner, .obstacle = "another machine answers there"};
    }
    return {.reached = guest.reached, .obstacle = guest.obstacle};
  }

  Guest visit(Visit visit) {
    const std::lock_guard lock(mutex_);
    const auto found = guests_.find(key_of(visit.peer.endpoint));
    visits_.push_back(std::move(visit));
    return found == guests_.end() ? everywhere_ : found->second;
  }

  mutable std::mutex mutex_;
  std::map<Key, Guest> guests_;
  Guest everywhere_{.reached = SshStage::silent, .obstacle = "connection refused"};
  std::vector<Visit> visits_;
};

}  // namespace nocloud::test
