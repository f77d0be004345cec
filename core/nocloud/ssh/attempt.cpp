#include "nocloud/ssh/attempt.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <libssh2.h>
#include <poll.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

/// On one connection, before it is made anew: sshd looks for a user who was not there once a connection only,
/// and hangs up after six refusals.
constexpr unsigned login_tries = 3;
constexpr auto login_pause = 250ms;

constexpr std::string_view closed_at_once = "it accepts connections and closes them at once";

std::string key_type_of(const std::string& public_key) {
  return public_key.substr(0, public_key.find(' '));
}

std::string word_for_error(int error) {
  if (error == ECONNREFUSED) return "connection refused";
  if (error == EHOSTUNREACH || error == ENETUNREACH) return "no route to host: the machine does not answer";
  if (error == ETIMEDOUT) return "no answer";
  return std::generic_category().message(error);
}

}  // namespace

Attempt::Attempt(const AttemptPlan& plan, Clock::TimePoint now)
    : plan_(plan), begun_(now), now_(now), stage_since_(now), stream_(plan.peer.endpoint) {
  advance(now);
}

void Attempt::advance(Clock::TimePoint now) {
  now_ = now;
  if (!end_ && !session_) connect();
  if (!end_ && session_ && stage_ < SshStage::host_key_verified) shake_hands();
  if (!end_ && stage_ == SshStage::host_key_verified) log_in(now);
}

std::string Attempt::silence() const {
  switch (stage_) {
    case SshStage::port_open:
      // A server may say something before its greeting, so libssh2 1.11 goes on to wait for that.
      if (!session_ || session_->babble().empty()) return "it accepts connections, but says nothing";
      return fmt::format("it says {}, but does not greet as an SSH server does", first_words());
    case SshStage::banner:
      return "it says hello, but does not finish the key exchange";
    case SshStage::host_key_verified:
      return "it does not answer the login";
    default:
      return "";
  }
}

/// The first line that the peer said which is not SSH, cited.
std::string Attempt::first_words() const {
  const auto& babble = session_->babble();
  return cited(trimmed(std::string_view(babble).substr(0, babble.find('\n'))));
}

short Attempt::events() const {
  if (!session_) return POLLOUT;
  return wake_at_ ? short{0} : session_->events();
}

void Attempt::connect() {
  switch (stream_.state()) {
    case Stream::State::connecting:
      return;
    case Stream::State::failed:
      if (stream_.error() == ECONNRESET) {  // only a connection that was accepted can be reset
        reach(SshStage::port_open);
        return fail(AttemptEnd::dropped, std::string(closed_at_once));
      }
      return fail(stream_.error() == ECONNREFUSED ? AttemptEnd::refused : AttemptEnd::unreachable,
                  word_for_error(stream_.error()));
    case Stream::State::connected:
      // A process that was started has not reached anybody yet.
      if (plan_.peer.endpoint.via.empty()) reach(SshStage::port_open);
      session_.emplace(stream_.fd(), plan_.any_key_type ? "" : key_type_of(plan_.peer.host_key));
  }
}

void Attempt::shake_hands() {
  const auto step = session_->shake_hands();
  if (session_->greeted() && stage_ < SshStage::banner) reach(SshStage::banner);
  if (step == Session::Step::done) return check_key();
  if (step == Session::Step::waiting) return;
  if (stage_ < SshStage::banner) return fail_greeting();
  if (session_->error() == LIBSSH2_ERROR_KEX_FAILURE && !plan_.any_key_type) {
    return fail(AttemptEnd::no_such_key,
                fmt::format("it has no {} host key", key_type_of(plan_.peer.host_key)));
  }
  fail(AttemptEnd::broken, fmt::format("the SSH connection broke during the key exchange: {}",
                                       printable(session_->error_text())));
}

void Attempt::fail_greeting() {
  const auto& babble = session_->babble();
  const auto& via = plan_.peer.endpoint.via;
  if (babble.empty() && !via.empty()) {
    const auto complaint = stream_.complaint();
    return fail(AttemptEnd::dropped, fmt::format("no way to it from {}, or none to there{}{}", cited(via),
                                                 complaint.empty() ? "" : ": ", complaint));
  }
  if (babble.empty()) return fail(AttemptEnd::dropped, std::string(closed_at_once));
  fail(AttemptEnd::broken, fmt::format("what answers is no SSH server: it says {}", first_words()));
}

void Attempt::check_key() {
  const auto expected = parse_public_key(plan_.peer.host_key);
  const auto shown = session_->host_key();
  if (expected && expected->blob == shown) {
    reach(SshStage::host_key_verified);
    if (plan_.until == SshStage::host_key_verified) end_ = AttemptEnd::success;
    return;
  }
  std::string_view rest = shown;
  fail(
      AttemptEnd::other_key,
      fmt::format("another machine answers there, or the guest's host key was changed: it proves to hold the "
                  "{} key {}, expected is {} {}",
                  printable(take_wire_string(rest).value_or("unknown")), fingerprint(shown),
                  key_type_of(plan_.peer.host_key), expected ? fingerprint(expected->blob) : "(none)"));
}

void Attempt::log_in(Clock::TimePoint now) {
  if (wake_at_ && now < *wake_at_) return;
  wake_at_.reset();
  const auto step = session_->log_in(plan_.peer.user.str(), plan_.private_key);
  if (step == Session::Step::waiting) return;
  if (step == Session::Step::done) {
    reach(SshStage::logged_in);
    end_ = AttemptEnd::success;
    return;
  }
  const int error = session_->error();
  if (error != LIBSSH2_ERROR_AUTHENTICATION_FAILED && error != LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED) {
    return fail(AttemptEnd::broken, fmt::format("the SSH connection broke during the login: {}",
                                                printable(session_->error_text())));
  }
  obstacle_ = fmt::format("the guest refuses to log in {} with nocloud's key", cited(plan_.peer.user.str()));
  if (++refused_logins_ == login_tries) return fail(AttemptEnd::login_refused, obstacle_);
  wake_at_ = now + login_pause;
}

void Attempt::reach(SshStage stage) {
  stage_ = stage;
  stage_since_ = now_;
  obstacle_.clear();
}

void Attempt::fail(AttemptEnd end, std::string obstacle) {
  end_ = end;
  obstacle_ = std::move(obstacle);
}

}  // namespace nocloud
