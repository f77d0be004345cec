#include "nocloud/app/terminal_reporter.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace nocloud::test
