#include "nocloud/ssh/libssh.hpp"

#include <chrono>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/attempt.hpp"
#include "nocloud/ssh/command.hpp"
#include "nocloud/ssh/keys/private_key.hpp"
#include "nocloud/ssh/keys/public_key.hpp"
#include "nocloud/ssh/poll_set.hpp"
#include "nocloud/ssh/race.hpp"

namespace nocloud {
namespace {

constexpr std::size_t key_file_limit = 65536;

std::string read_identity(const std::filesystem::path& path) {
  auto text = read_file(path, key_file_limit);
  if (!public_key_of(text, path.string()).starts_with("ssh-rsa ")) return text;
  throw Error(ErrorKind::invalid_input,
              fmt::format("private key {} is an RSA key, with which libssh2 cannot log in to current servers",
                          cited(path.string())),
              "Use an ed25519 key; nocloud makes one when there is none.");
}

void check_host_key(const SshPeer& peer) {
  if (parse_public_key(peer.host_key)) return;
  throw Error(ErrorKind::invalid_input, fmt::format("the host key recorded for {} is no public key: {}",
                                                    described(peer.endpoint), cited(peer.host_key)));
}

[[noreturn]] void fail_connection(const SshPeer& peer, std::string_view why, ErrorKind kind) {
  throw Error(kind, fmt::format("cannot log in to {}: {}", described(peer.endpoint), why));
}

void log_in(Attempt& attempt, const SshPeer& peer, PollSet& polls, Clock::TimePoint deadline) {
  while (!attempt.end()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      fail_connection(peer, attempt.obstacle().empty() ? "no answer in time" : attempt.obstacle(),
                      ErrorKind::timed_out);
    }
    polls.clear();
    polls.add(attempt.fd(), attempt.events());
    polls.wait(std::min(deadline, attempt.wake_at().value_or(deadline)));
    attempt.advance(std::chrono::steady_clock::now());
  }
  if (*attempt.end() != AttemptEnd::success) {
    fail_connection(peer, attempt.obstacle(), ErrorKind::unavailable);
  }
}

}  // namespace

SshProgress LibSsh::wait_for(const SshPeer& peer, const SshWait& wait) {
  check_host_key(peer);
  const auto private_key = read_identity(peer.identity);
  return Race(peer, private_key, wait).run();
}

int LibSsh::run(const SshPeer& peer, std::string_view command, const CommandSinks& sinks,
                Clock::TimePoint deadline, const std::stop_token& stop) {
  check_host_key(peer);
  const auto private_key = read_identity(peer.identity);
  PollSet polls(stop);
  Attempt attempt({.peer = peer, .private_key = private_key}, std::chrono::steady_clock::now());
  log_in(attempt, peer, polls, deadline);
  Command running(attempt.session(), sinks, {.deadline = deadline, .polls = polls, .fd = attempt.fd()});
  return running.run(std::string(command));
}

}  // namespace nocloud
