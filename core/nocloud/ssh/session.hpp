#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <libssh2.h>

#include "nocloud/base/handle.hpp"

namespace nocloud {

/// libssh2's side of one connection, driven in steps that never block.
class Session {
 public:
  /// On a connected, non-blocking descriptor that outlives the session. `key_types`: the host key types to
  /// ask for, by preference, with commas; empty for any.
  Session(int fd, const std::string& key_types);
  /// Takes leave if that costs no waiting.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  enum class Step { done, waiting, failed };
  /// Greets and agrees on keys.
  Step shake_hands();
  /// Only after shake_hands: the host key that the peer has proved to hold, in wire form.
  std::string host_key() const;
  /// Only after shake_hands. May be tried again after it failed.
  Step log_in(const std::string& user, const std::string& private_key);

  /// What to poll for while a step is waiting.
  short events() const;
  /// Whether the peer has said that it speaks SSH.
  bool greeted() const noexcept { return greeted_; }
  /// The beginning of what it said otherwise.
  const std::string& babble() const noexcept { return babble_; }
  /// libssh2's code for the last failure, and its words.
  int error() const noexcept { return error_; }
  std::string error_text() const;

  /// For calls that this class does not know; each is to be preceded by begin_step().
  LIBSSH2_SESSION* raw() const noexcept { return session_.get(); }
  /// Lets libssh2 read on: what it takes without returning to us is bounded, since a peer that never pauses
  /// would otherwise keep it for ever.
  void begin_step() noexcept { step_heard_ = 0; }
  /// From now on nothing is sent or received: what is under way ends with an error at once, which is the only
  /// way to make libssh2 let go of it.
  void cut() noexcept { cut_ = true; }

 private:
  struct Callbacks;
  static void release(LIBSSH2_SESSION* session) noexcept;

  Step step_of(int code) noexcept;
  bool take(std::string_view bytes);
  void take_greeting(std::string_view bytes);

  int fd_;
  bool cut_ = false;
  bool greeted_ = false;
  bool logged_in_ = false;
  int error_ = 0;
  std::size_t heard_ = 0;
  std::size_t step_heard_ = 0;
  std::string line_;
  std::string babble_;
  enum class Pending { nothing, handshake, login } pending_ = Pending::nothing;
  std::string user_;
  std::string private_key_;
  Handle<LIBSSH2_SESSION, &Session::release> session_;
};

}  // namespace nocloud
