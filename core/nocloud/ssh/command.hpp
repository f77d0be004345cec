#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <libssh2.h>

#include "nocloud/ssh/poll_set.hpp"
#include "nocloud/ssh/session.hpp"
#include "nocloud/ssh/ssh_port.hpp"

namespace nocloud {

/// A command in a guest, over a session that is logged in.
class Command {
 public:
  struct Bounds {
    Clock::TimePoint deadline;
    PollSet& polls;
    int fd;
  };
  Command(Session& session, const CommandSinks& sinks, const Bounds& bounds)
      : session_(session), sinks_(sinks), bounds_(bounds) {}
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// To its end; gives its exit code. Throws as Ssh::run does.
  int run(const std::string& command);

 private:
  void open();
  void start(const std::string& command);
  void drain();
  bool read_stream(int stream, const std::function<void(std::string_view)>& sink);
  int exit_code() const;
  template <class Call>
  int until_done(Call&& call);
  void wait();
  void check_time();
  [[noreturn]] void fail(std::string_view what) const;

  Session& session_;
  const CommandSinks& sinks_;
  Bounds bounds_;
  LIBSSH2_CHANNEL* channel_ = nullptr;
};

}  // namespace nocloud
