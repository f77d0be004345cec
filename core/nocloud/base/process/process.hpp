#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/process/resource_limits.hpp"

namespace nocloud {

/// A program and its arguments, given to the kernel as they are: no shell ever sees them.
using Arguments = std::vector<std::string>;

struct ProcessOptions {
  /// Given to the program on its standard input.
  std::string_view input = {};
  /// Hears each line of its standard output as it comes, without its newline; the result then has none of it.
  std::function<void(std::string_view)> on_line = {};
  /// Then the program and its whole process group are killed, and Error{timed_out} is thrown.
  std::optional<std::chrono::milliseconds> limit = std::nullopt;
  /// Where its standard error goes: into the result, or straight to ours (progress of a long build).
  enum class Errors { capture, pass_on } errors = Errors::capture;
  std::stop_token stop = {};
  /// Set in addition to our own environment: NAME=VALUE.
  std::vector<std::string> environment = {};
  ResourceLimits resources = {};
};

struct ProcessResult {
  /// As a shell would say it: 128 + signal when it was killed.
  int exit_code = 0;
  std::string output;
  std::string errors;
};

/// Runs the program to its end and keeps what it wrote, at most 16 MiB a stream. If this process is killed
/// meanwhile, so is the program, with all that it has started.
/// Throws Error{not_found} if there is no such program, Error{interrupted} when asked to stop.
ProcessResult run_process(const Arguments& arguments, const ProcessOptions& options = {});

/// The same, and Error{failed} with its last words if it does not exit with 0.
std::string output_of(const Arguments& arguments, const ProcessOptions& options = {});

/// A running program whose standard input and output are one end of a socket pair, and whose standard error
/// is kept; killed with this object.
class PipedProcess {
 public:
  explicit PipedProcess(const Arguments& arguments);
  ~PipedProcess();
  PipedProcess(const PipedProcess&) = delete;
  PipedProcess& operator=(const PipedProcess&) = delete;

  int socket() const noexcept { return socket_.get(); }
  /// What it has written on its standard error since the last call, as far as it is here; never waits. The
  /// program loses what it writes while some hundred kilobytes are not asked for.
  std::string take_errors();

 private:
  Fd socket_;
  Fd errors_;
  int pid_ = -1;
};

/// Runs the program with our standard streams, and at our terminal if we are at one, whose ^C it gets as we
/// do; gives its exit code as ProcessResult has it. Asked to stop, it asks the program to end. Throws
/// Error{not_found} if there is no such program.
int run_attached(const Arguments& arguments, const std::stop_token& stop);

/// Becomes the program; only returns by throwing.
[[noreturn]] void replace_process(const Arguments& arguments);

/// The absolute path of the program in $PATH or the system's own folders (/usr/sbin is not in an ordinary
/// user's PATH).
std::optional<std::string> find_program(std::string_view name);

}  // namespace nocloud
