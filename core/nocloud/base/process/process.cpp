#include "nocloud/base/process/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/process/process_group.hpp"
#include "nocloud/base/process/spawn_plan.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using Milliseconds = std::chrono::milliseconds;
constexpr std::size_t kept_output = std::size_t{16} << 20U;

struct SocketPair {
  Fd ours;
  Fd theirs;
};

SocketPair make_socket_pair(int flags = 0) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, ends.data()) != 0)
    throw system_error("cannot make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// A child that is killed with its whole group unless its end was awaited.
class Child {
 public:
  Child(pid_t pid, pid_t group) : pid_(pid), group_(group) {}
  ~Child() {
    if (pid_ < 0) return;
    ::kill(-group_, SIGKILL);
    wait_for(pid_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  int wait() { return wait_for(std::exchange(pid_, -1)); }

 private:
  pid_t pid_;
  pid_t group_;
};

/// Becomes readable when the process ends.
Fd end_of(pid_t pid) {
  // Not pidfd_open(): glibc 2.36 declares it without C linkage.
  Fd ends(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!ends) throw system_error("cannot watch a program");
  return ends;
}

/// Takes what is there to read; closes the descriptor at its end.
void drain(Fd& fd, std::string& into) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) return fd.close();
  into.append(buffer.data(), std::min(static_cast<std::size_t>(count), kept_output - into.size()));
}

void feed(Fd& fd, std::string_view& input) {
  const ssize_t count = ::send(fd.get(), input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count < 0) input = {};  // the program reads no further; that is its right
  if (count > 0) input.remove_prefix(static_cast<std::size_t>(count));
  if (input.empty()) fd.close();
}

class Conversation {
 public:
  Conversation(const Arguments& arguments, const ProcessOptions& options)
      : name_(arguments.at(0)), options_(options), input_(options.input) {}

  /// Until the program has closed its streams and ended: it may do either first.
  ProcessResult run(Child& child, Fd in, Fd out, Fd err) {
    ProcessResult result;
    if (input_.empty()) in.close();
    while (out || err || in) {
      check();
      std::array<pollfd, 3> polled{pollfd{in.get(), POLLOUT, 0}, pollfd{out.get(), POLLIN, 0},
                                   pollfd{err.get(), POLLIN, 0}};
      if (::poll(polled.data(), polled.size(), 50) < 0 && errno != EINTR) throw system_error("poll");
      if (polled[0].revents != 0) feed(in, input_);
      if (polled[1].revents != 0) drain(out, result.output);
      if (options_.on_line) tell_lines(result.output);
      if (polled[2].revents != 0) drain(err, result.errors);
    }
    await_end(child);
    result.exit_code = child.wait();
    return result;
  }

 private:
  void tell_lines(std::string& output) const {
    for (auto end = output.find('\n'); end != std::string::npos; end = output.find('\n')) {
      options_.on_line(std::string_view(output).substr(0, end));
      output.erase(0, end + 1);
    }
  }

  void await_end(const Child& child) const {
    const auto ends = end_of(child.pid());
    for (;;) {
      check();
      pollfd polled{ends.get(), POLLIN, 0};
      if (::poll(&polled, 1, 50) > 0) return;
    }
  }

  void check() const {
    if (options_.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    if (options_.limit && std::chrono::steady_clock::now() - start_ > *options_.limit) {
      throw Error(ErrorKind::timed_out,
                  fmt::format("{} did not end within {} ms", cited(name_), options_.limit->count()));
    }
  }

  std::string name_;
  const ProcessOptions& options_;
  std::string_view input_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

ProcessResult run_process(const Arguments& arguments, const ProcessOptions& options) {
  auto in = make_socket_pair();
  auto out = make_socket_pair();
  auto err = make_socket_pair();
  const ProcessGroup group;
  SpawnPlan plan(group.id());
  plan.connect(in.theirs.get(), STDIN_FILENO);
  plan.connect(out.theirs.get(), STDOUT_FILENO);
  const bool captured = options.errors == ProcessOptions::Errors::capture;
  if (captured) plan.connect(err.theirs.get(), STDERR_FILENO);
  Child child(plan.start(arguments, options.environment), group.id());
  limit_process(child.pid(), options.resources);
  for (auto* pair : {&in, &out, &err}) pair->theirs.close();
  if (!captured) err.ours.close();
  return Conversation(arguments, options)
      .run(child, std::move(in.ours), std::move(out.ours), std::move(err.ours));
}

std::string output_of(const Arguments& arguments, const ProcessOptions& options) {
  auto result = run_process(arguments, options);
  if (result.exit_code == 0) return std::move(result.output);
  throw Error(ErrorKind::failed,
              fmt::format("{} ended with status {}: {}", cited(arguments[0]), result.exit_code,
                          printable(trimmed(last_lines(result.errors, 5)))));
}

int run_attached(const Arguments& arguments, const std::stop_token& stop) {
  const auto pid = SpawnPlan(std::nullopt).start(arguments, {});
  const auto ends = end_of(pid);
  for (bool asked = false;;) {
    pollfd polled{ends.get(), POLLIN, 0};
    if (::poll(&polled, 1, 50) > 0) return wait_for(pid);
    if (stop.stop_requested() && !std::exchange(asked, true)) ::kill(pid, SIGTERM);
  }
}

PipedProcess::PipedProcess(const Arguments& arguments) {
  auto pair = make_socket_pair();
  auto errors = make_socket_pair(SOCK_NONBLOCK);
  SpawnPlan plan;
  plan.connect(pair.theirs.get(), STDIN_FILENO);
  plan.connect(pair.theirs.get(), STDOUT_FILENO);
  plan.connect(errors.theirs.get(), STDERR_FILENO);
  pid_ = plan.start(arguments, {});
  socket_ = std::move(pair.ours);
  errors_ = std::move(errors.ours);
}

std::string PipedProcess::take_errors() {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t count = 0; (count = ::read(errors_.get(), piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(count));
  return text;
}

PipedProcess::~PipedProcess() {
  const Child ends_here(pid_, pid_);
}

void replace_process(const Arguments& arguments) {
  const auto program = find_program(arguments.at(0));
  if (!program) {
    throw Error(ErrorKind::not_found,
                fmt::format("there is no program {} on this machine", cited(arguments[0])),
                "Install it, or correct PATH.");
  }
  sigset_t none_blocked;
  sigemptyset(&none_blocked);
  ::sigprocmask(SIG_SETMASK, &none_blocked, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::execv(program->c_str(), c_strings(arguments).data());
  throw system_error(fmt::format("cannot start {}", cited(*program)));
}

}  // namespace nocloud
