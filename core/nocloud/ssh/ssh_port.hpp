#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "nocloud/base/clock.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/ssh/endpoint.hpp"

namespace nocloud {

/// How far a guest has come in answering, in order.
enum class SshStage {
  /// Nothing accepts connections.
  silent,
  /// Something accepts, but says nothing that is SSH.
  port_open,
  /// An SSH server said hello.
  banner,
  /// It proved to hold the expected host key.
  host_key_verified,
  logged_in,
};

/// Whom to expect, and as whom to come.
struct SshPeer {
  Endpoint endpoint;
  /// "ssh-ed25519 AAAA…"; no other key is accepted.
  std::string host_key;
  UserName user;
  /// Our private key (OpenSSH format, no passphrase).
  std::filesystem::path identity;
};

struct SshProgress {
  SshStage reached = SshStage::silent;
  /// What stands in the way of the next stage, as a person would say it: "connection refused", "it answered
  /// 'HTTP/1.1 …'".
  std::string obstacle = {};
};

struct SshWait {
  /// The stage to wait for: host_key_verified or logged_in (no other is a reasonable wish).
  SshStage until = SshStage::logged_in;
  Clock::TimePoint deadline;
  std::stop_token stop = {};
  /// Called at least once a second while waiting, and at each change; may throw to end the wait.
  std::function<void(const SshProgress&)> watch = {};
};

struct CommandResult {
  int exit_code = 0;
  std::string output;
  std::string errors;
};

/// Takes what a remote command writes, as it comes.
struct CommandSinks {
  std::function<void(std::string_view)> output;
  std::function<void(std::string_view)> errors;
  /// Called about once a second while the command runs and says nothing; may throw to end the wait.
  std::function<void()> watch = {};
};

/// The port to guests over SSH. Safe to call from several threads. Never asks anybody anything, never trusts
/// a key but the given one.
class Ssh {
 public:
  virtual ~Ssh() = default;

  /// Tries until the stage is reached, the deadline is over or the peer proves to be another (wrong host key:
  /// no use in trying on); says how far it came. Throws Error{interrupted} when asked to stop.
  virtual SshProgress wait_for(const SshPeer& peer, const SshWait& wait) = 0;

  /// Runs a command in the guest's login shell and gives its exit code (128 + signal number if it was
  /// killed). Throws Error{unavailable} if the connection can't be made or breaks, Error{timed_out} at the
  /// deadline.
  virtual int run(const SshPeer& peer, std::string_view command, const CommandSinks& sinks,
                  Clock::TimePoint deadline, const std::stop_token& stop) = 0;
};

}  // namespace nocloud
