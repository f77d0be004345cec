#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/program/config.hpp"
#include "nocloud/program/signal_watch.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "nocloud/program/terminal_reporter.hpp"
#include "terraform_shim/external/answer.hpp"
#include "terraform_shim/external/query.hpp"
#include "terraform_shim/external/usage.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{.name = "nocloud-external", .summary = {}, .synopses = {}, .options = {}};

std::vector<LocatedVm> vms_of(const Context& context, const ExternalQuery& query) {
  if (!query.name) {
    return survey(context, {.group = query.group, .type = query.type, .state = StateFilter::all});
  }
  try {
    return {find_one(context, *query.name, {})};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return {};
    throw;
  }
}

int answer() {
  const auto query = read_query(standard_input(largest_query));
  TerminalReporter reporter(Verbosity::quiet);
  const SignalWatch signals;
  const System system(read_settings(tool, query.uri), reporter, signals.token());
  const auto vms = vms_of(system.context(), query);
  if (vms.empty() && query.absence == ExternalQuery::Absence::fault) {
    throw Error(ErrorKind::not_found, "there is no such VM, and must_exist is true",
                "`vmrunning --state all` shows those there are.");
  }
  const auto access = vms.empty() ? SshAccess{} : ssh_access(system.context());
  fmt::print("{}\n", json_line(external_answer(vms, access)));
  return 0;
}

/// Terraform shows what is on standard error; one line is what it has room for.
int explain(const Error& error) {
  auto text =
      fmt::format("{}: {}{}{}", tool.name, error.message(), error.hint().empty() ? "" : ". ", error.hint());
  std::replace(text.begin(), text.end(), '\n', ' ');
  print_to_stderr("{}\n", text);
  return error.kind() == ErrorKind::usage ? static_cast<int>(error.kind()) : 1;
}

int run(const std::vector<std::string_view>& arguments) {
  settle_standard_streams();
  try {
    if (const auto page = page_for(arguments, NOCLOUD_VERSION)) {
      return flushed([&] { return fmt::print("{}", *page), 0; });
    }
    if (::isatty(STDIN_FILENO) != 0) {
      throw Error(ErrorKind::usage,
                  "this is the program behind Terraform's data \"external\", which asks it in JSON",
                  "--help shows how it is used.");
    }
    return flushed(answer);
  } catch (const Error& error) {
    return explain(error);
  } catch (const std::exception& error) {
    return explain({ErrorKind::failed, fmt::format("internal error: {}", error.what()),
                    "This is a defect of nocloud; please report it with the query."});
  }
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run({argv + 1, argv + argc});
}
