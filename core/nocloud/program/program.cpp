#include "nocloud/program/program.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/base/text.hpp"
#include "nocloud/program/caller.hpp"
#include "nocloud/program/completion.hpp"
#include "nocloud/program/config.hpp"
#include "nocloud/program/man_page.hpp"
#include "nocloud/program/signal_watch.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "nocloud/program/terminal_reporter.hpp"

namespace nocloud {
namespace {

Verbosity verbosity_of(const Invocation& invocation) {
  invocation.require_one_at_most({"quiet", "verbose"});
  if (invocation.has("quiet")) return Verbosity::quiet;
  return invocation.has("verbose") ? Verbosity::verbose : Verbosity::normal;
}

void check_output(const Invocation& invocation) {
  const auto output = invocation.value("output");
  if (!output || *output == "text" || *output == "json") return;
  refuse_usage(fmt::format("--output can be text or json, not {}", cited(*output)));
}

/// What the build asks of a tool for its pages: `--generate man|bash|zsh|fish`.
std::optional<std::string> page_of(const ToolSpec& tool, const std::vector<std::string>& arguments) {
  if (arguments.size() != 2 || arguments[0] != "--generate") return std::nullopt;
  return arguments[1] == "man" ? man_page(tool) : completion_script(tool, shell_from(arguments[1]));
}

/// Shows what is reported, and tells the signals' watch that the run gets on.
class WatchedReporter final : public Reporter {
 public:
  WatchedReporter(Reporter& shown, const SignalWatch& signals) : shown_(shown), signals_(signals) {}

  void step(std::string_view subject, std::string_view what) override {
    signals_.hear_progress();
    shown_.step(subject, what);
  }
  void progress(std::string_view subject, std::uint64_t done, std::uint64_t total) override {
    signals_.hear_progress();
    shown_.progress(subject, done, total);
  }
  void status(std::string_view subject, std::string_view what) override {
    signals_.hear_progress();
    shown_.status(subject, what);
  }
  void warn(std::string_view text, std::string_view remedy) override {
    signals_.hear_progress();
    shown_.warn(text, remedy);
  }

 private:
  Reporter& shown_;
  const SignalWatch& signals_;
};

int answer(const ToolSpec& tool, const std::vector<std::string>& arguments,
           const std::function<int(const Call&)>& body) {
  if (const auto page = page_of(tool, arguments)) return fmt::print("{}", *page), 0;
  const auto invocation = read_invocation(tool, arguments, config_files(tool, find_caller()));
  if (invocation.has("help")) return fmt::print("{}", help_text(tool)), 0;
  if (invocation.has("version")) return fmt::print("{} {}\n", tool.name, NOCLOUD_VERSION), 0;
  check_output(invocation);
  TerminalReporter terminal(verbosity_of(invocation));
  const SignalWatch signals;
  WatchedReporter reporter(terminal, signals);
  return body({.invocation = invocation, .reporter = reporter, .stop = signals.token(), .on_progress = [&] {
                 signals.hear_progress();
               }});
}

}  // namespace

void print_error(std::string_view program, const Error& error) {
  print_to_stderr("{}: {}\n", program, error.message());
  if (!error.hint().empty()) print_to_stderr("  {}\n", error.hint());
}

void end_program(const Error& error) {
  print_error(program_invocation_short_name, error);
  ::_exit(static_cast<int>(error.kind()));
}

int run_program(const ToolSpec& tool, int argc, char** argv, const std::function<int(const Call&)>& body) {
  settle_standard_streams();
  try {
    return flushed([&] { return answer(tool, {argv + 1, argv + argc}, body); });
  } catch (const Error& error) {
    print_error(tool.name, error);
    return static_cast<int>(error.kind());
  } catch (const std::exception& error) {
    print_error(tool.name, Error(ErrorKind::failed, fmt::format("internal error: {}", error.what()),
                                 "This is a defect of nocloud; please report it with the command line."));
    return static_cast<int>(ErrorKind::failed);
  }
}

}  // namespace nocloud
