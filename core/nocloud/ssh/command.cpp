#include "nocloud/ssh/command.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <libssh2.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t piece = 32768;
/// RFC 4254, section 6.10: the signals that have a name on the wire.
constexpr std::array<std::pair<std::string_view, int>, 13> signals{{{"ABRT", SIGABRT},
                                                                    {"ALRM", SIGALRM},
                                                                    {"FPE", SIGFPE},
                                                                    {"HUP", SIGHUP},
                                                                    {"ILL", SIGILL},
                                                                    {"INT", SIGINT},
                                                                    {"KILL", SIGKILL},
                                                                    {"PIPE", SIGPIPE},
                                                                    {"QUIT", SIGQUIT},
                                                                    {"SEGV", SIGSEGV},
                                                                    {"TERM", SIGTERM},
                                                                    {"USR1", SIGUSR1},
                                                                    {"USR2", SIGUSR2}}};

int number_of_signal(std::string_view name) {
  for (const auto& [known, number] : signals) {
    if (known == name) return number;
  }
  return 0;
}

}  // namespace

Command::~Command() {
  if (channel_ == nullptr) return;
  session_.begin_step();
  if (libssh2_channel_free(channel_) != LIBSSH2_ERROR_EAGAIN) return;
  // Nobody waits for the peer here: with the connection cut, nothing is to be waited for.
  session_.cut();
  libssh2_channel_free(channel_);
}

int Command::run(const std::string& command) {
  open();
  start(command);
  drain();
  // The exit status comes between the end of the output and the close; without the close, 0 would mean
  // nothing.
  if (until_done([&] { return libssh2_channel_wait_closed(channel_); }) != 0) {
    fail("the connection broke before the command's exit status came");
  }
  return exit_code();
}

/// Repeats a call until it does not have to wait any more; gives what it returned.
template <class Call>
int Command::until_done(Call&& call) {
  for (;;) {
    session_.begin_step();
    const int code = call();
    if (code != LIBSSH2_ERROR_EAGAIN) return code;
    wait();
  }
}

void Command::open() {
  until_done([&] {
    channel_ = libssh2_channel_open_session(session_.raw());
    return channel_ != nullptr ? 0 : libssh2_session_last_errno(session_.raw());
  });
  if (channel_ == nullptr) fail("the guest opens no session");
}

void Command::start(const std::string& command) {
  const auto size = static_cast<unsigned>(command.size());
  const int code =
      until_done([&] { return libssh2_channel_process_startup(channel_, "exec", 4, command.data(), size); });
  if (code != 0) fail("the guest does not start the command");
  // Who reads gets the end of the file, as with ssh -n.
  if (until_done([&] { return libssh2_channel_send_eof(channel_); }) != 0) fail("the connection broke");
}

/// Both streams in turn: what is left in one holds up the other, and then the end is never seen.
void Command::drain() {
  for (;;) {
    const bool output = read_stream(0, sinks_.output);
    const bool errors = read_stream(SSH_EXTENDED_DATA_STDERR, sinks_.errors);
    if (!output && !errors && libssh2_channel_eof(channel_) == 1) return;
    check_time();
    if (!output && !errors) wait();
  }
}

/// Whether there was something.
bool Command::read_stream(int stream, const std::function<void(std::string_view)>& sink) {
  std::vector<char> buffer(piece);
  session_.begin_step();
  const auto count = libssh2_channel_read_ex(channel_, stream, buffer.data(), buffer.size());
  if (count == LIBSSH2_ERROR_EAGAIN || count == 0) return false;
  if (count < 0) fail("the connection broke while the command ran");
  if (sink) sink({buffer.data(), static_cast<std::size_t>(count)});
  return true;
}

int Command::exit_code() const {
  char* name = nullptr;
  std::size_t size = 0;
  libssh2_channel_get_exit_signal(channel_, &name, &size, nullptr, nullptr, nullptr, nullptr);
  if (name == nullptr) return libssh2_channel_get_exit_status(channel_);
  const int number = number_of_signal({name, size});
  libssh2_free(session_.raw(), name);
  return 128 + number;
}

/// Also while there is always something to read: a command that never pauses must not outlive its time.
void Command::check_time() {
  bounds_.polls.check_stop();
  if (std::chrono::steady_clock::now() >= bounds_.deadline) {
    throw Error(ErrorKind::timed_out, "the command did not end in time");
  }
}

void Command::wait() {
  check_time();
  bounds_.polls.clear();
  bounds_.polls.add(bounds_.fd, session_.events());
  constexpr auto between_looks = std::chrono::seconds(1);
  const auto until = sinks_.watch ? std::chrono::steady_clock::now() + between_looks : bounds_.deadline;
  bounds_.polls.wait(std::min(until, bounds_.deadline));
  if (sinks_.watch) sinks_.watch();
}

void Command::fail(std::string_view what) const {
  throw Error(ErrorKind::unavailable, fmt::format("{}: {}", what, printable(session_.error_text())));
}

}  // namespace nocloud
