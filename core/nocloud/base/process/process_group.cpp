#include "nocloud/base/process/process_group.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

/// Of a child of a process with threads: only what POSIX calls async-signal-safe.
[[noreturn]] void watch(int alive) {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::setpgid(0, 0);
  // Nothing else of the parent's is to be held open by this: its locks, its terminal, the pipe's other end.
  ::dup2(alive, 0);
  ::syscall(SYS_close_range, 1U, ~0U, 0U);
  char byte = 0;
  while (::read(0, &byte, 1) < 0 && errno == EINTR) {
  }
  ::kill(0, SIGKILL);
  ::_exit(1);
}

}  // namespace

ProcessGroup::ProcessGroup() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error("cannot make a pipe");
  const Fd theirs(ends[0]);
  alive_ = Fd(ends[1]);
  watcher_ = ::fork();
  if (watcher_ == 0) watch(theirs.get());
  if (watcher_ < 0) throw system_error("cannot start a process");
  ::setpgid(watcher_, watcher_);  // the child does the same; whoever comes first
}

ProcessGroup::~ProcessGroup() {
  ::kill(watcher_, SIGKILL);
  while (::waitpid(watcher_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace nocloud
