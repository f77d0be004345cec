#include "nocloud/program/terminal_reporter.hpp"

#include <array>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "nocloud/base/file/fd.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud::test {
namespace {

/// What is shown where standard error is no terminal.
std::string shown(Verbosity verbosity) {
  testing::internal::CaptureStderr();
  TerminalReporter reporter(verbosity);
  reporter.step("web00", "started");
  reporter.progress("debian13", 1, 2);
  reporter.warn("KVM is slow", "Buy another.");
  reporter.warn("no remedy", "");
  return testing::internal::GetCapturedStderr();
}

const std::string warnings = "warning: KVM is slow\n  Buy another.\nwarning: no remedy\n";

TEST(TerminalReporter, ShowsNoStepsWhereNoTerminalIs) {
  EXPECT_EQ(shown(Verbosity::normal), warnings);
}

TEST(TerminalReporter, ShowsThemWhenAskedTo) {
  EXPECT_EQ(shown(Verbosity::verbose), "web00: started\n" + warnings);
}

TEST(TerminalReporter, QuietStillWarns) {
  EXPECT_EQ(shown(Verbosity::quiet), warnings);
}

/// While it lives, standard error is another file; none where that is not open.
class ErrorsTo {
 public:
  explicit ErrorsTo(const Fd& file) : before_(::dup(STDERR_FILENO)) {
    file ? ::dup2(file.get(), STDERR_FILENO) : ::close(STDERR_FILENO);
  }
  ~ErrorsTo() { ::dup2(before_.get(), STDERR_FILENO); }
  ErrorsTo(const ErrorsTo&) = delete;
  ErrorsTo& operator=(const ErrorsTo&) = delete;

 private:
  Fd before_;
};

Fd broken_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  return Fd(ends[1]);
}

/// Its other side is closed, as when a terminal's window is.
Fd lost_terminal() {
  const Fd window(::posix_openpt(O_RDWR | O_NOCTTY));
  EXPECT_EQ(::grantpt(window.get()) + ::unlockpt(window.get()), 0);
  Fd terminal(::open(::ptsname(window.get()), O_RDWR | O_NOCTTY));
  EXPECT_TRUE(terminal);
  return terminal;
}

void report_everything() {
  TerminalReporter reporter(Verbosity::verbose);
  reporter.step("web00", "started");
  reporter.progress("debian13", 1, 2);
  reporter.status("web00", "boots");
  reporter.warn("KVM is slow", "Buy another.");
  print_error("vm", {ErrorKind::failed, "it failed", "Try again."});
}

TEST(StandardError, IsNobodysFailureWhenItIsGone) {
  settle_standard_streams();
  std::array<Fd, 4> gone{Fd(::open("/dev/full", O_WRONLY)), broken_pipe(), lost_terminal(), Fd()};
  for (const auto& file : gone) {
    const ErrorsTo there(file);
    EXPECT_NO_THROW(report_everything());
  }
}

TEST(StandardError, GetsAllOfATextFromAPipeThatWouldBlock) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_NONBLOCK), 0);
  const Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  const std::string text(200'000, 'x');
  std::string arrived;
  std::jthread reader([&](const std::stop_token& stop) {
    std::string piece(4096, '\0');
    while (arrived.size() < text.size() && !stop.stop_requested()) {
      const auto count = ::read(ours.get(), piece.data(), piece.size());
      if (count > 0) arrived.append(piece, 0, static_cast<std::size_t>(count));
    }
  });
  {
    const ErrorsTo there(theirs);
    write_to_stderr(text);
  }
  reader.join();
  EXPECT_EQ(arrived, text);
}

}  // namespace
}  // namespace nocloud::test
