#pragma once

#include <functional>
#include <stop_token>

#include "nocloud/base/reporter.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud {

/// What a tool's own code is given.
struct Call {
  const Invocation& invocation;
  Reporter& reporter;
  /// Requested by the first SIGINT, SIGTERM or SIGHUP.
  std::stop_token stop;
  /// To be called by what goes on after that, as it gets on; all that `reporter` hears does so (SignalWatch).
  std::function<void()> on_progress = {};

  bool wants_json() const { return invocation.value("output") == "json"; }
};

/// A program from its first line to its exit status: reads the command line, answers --help and --version,
/// handles signals, calls `body` for the exit status, and turns an Error into a message and its exit status.
/// The one catch.
int run_program(const ToolSpec& tool, int argc, char** argv, const std::function<int(const Call&)>& body);

/// How every error is shown, on standard error.
void print_error(std::string_view program, const Error& error);

/// Shows the error and ends the program at once with its exit status, though other threads may hang.
[[noreturn]] void end_program(const Error& error);

}  // namespace nocloud
