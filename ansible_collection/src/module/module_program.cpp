#include "ansible_collection/src/module/module_program.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "ansible_collection/src/module/documentation.hpp"
#include "ansible_collection/src/module/module_reporter.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/ops/vm/wait.hpp"
#include "nocloud/program/config.hpp"
#include "nocloud/program/signal_watch.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud::ansible {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

/// Ansible runs a copy of the program under the module's name with this before it.
constexpr std::string_view copy_prefix = "AnsiballZ_";

/// What the command line asks for.
struct Command {
  const Module* module = nullptr;
  Words words = {};
};

const Module* find_module(const std::vector<Module>& modules, std::string_view name) {
  const auto found = std::find_if(modules.begin(), modules.end(),
                                  [&](const Module& module) { return module.spec.name == name; });
  return found == modules.end() ? nullptr : &*found;
}

Command command_from(const std::vector<Module>& modules, const Words& command_line) {
  if (command_line.empty()) return {};
  std::string name = std::filesystem::path(command_line.front()).filename().string();
  if (name.starts_with(copy_prefix)) name.erase(0, copy_prefix.size());
  Words words(command_line.begin() + 1, command_line.end());
  if (const auto* module = find_module(modules, name)) return {module, std::move(words)};
  if (words.empty()) return {};
  const auto* module = find_module(modules, words.front());
  if (module != nullptr) words.erase(words.begin());
  return {module, std::move(words)};
}

std::string arguments_text(const Words& words) {
  if (words.empty()) return standard_input(largest_task);
  if (words.size() > 1) {
    throw Error(ErrorKind::usage, "there is a word too many on the command line",
                "A module is given the name of one file, which has its arguments in JSON.");
  }
  return while_doing("the file of arguments", [&] { return read_file(words.front(), largest_task); });
}

/// Settings of environment and config file, as every tool has them; the task's own go before them.
Invocation settings_for(const Task& task) {
  using Source = OptionSpec::Source;
  const ToolSpec tool{.name = "nocloud-ansible",
                      .options = {{.name = "network", .value = "NETWORK", .source = Source::setting},
                                  {.name = "virt-type", .value = "TYPE", .source = Source::setting},
                                  {.name = "timeout", .value = "SECONDS", .source = Source::setting}}};
  const auto timeout = task.arguments.counted("timeout", seconds_of);
  return read_settings(tool, task.arguments.text("uri"),
                       timeout ? std::optional(std::to_string(timeout->count())) : std::nullopt);
}

json failure(const Error& error) {
  return {
      {"failed", true},
      {"msg", error.hint().empty() ? error.message() : fmt::format("{}\n{}", error.message(), error.hint())}};
}

/// Ansible gets its answer, though another thread hangs.
[[noreturn]] void end_module(const Error& error) {
  write_to_stdout(json_line(failure(error)) + '\n');
  ::_exit(1);
}

json result_of(const Module& module, const Words& words, ModuleReporter& reporter) {
  const auto task = read_task(module.spec, arguments_text(words));
  const auto settings = settings_for(task);
  const SignalWatch signals;
  const System system(settings, reporter, signals.token(), end_module);
  auto result = module.run({.context = system.context(), .task = task, .settings = settings});
  auto answer = std::move(result.facts);
  if (result.error) answer.update(failure(*result.error));
  answer["changed"] = result.changed;
  if (result.diff && task.diff == Task::Diff::shown) {
    answer["diff"] = {{"before_header", result.diff->subject},
                      {"before", result.diff->before},
                      {"after_header", result.diff->subject},
                      {"after", result.diff->after}};
  }
  return answer;
}

json answer(const Module& module, const Words& words) {
  ModuleReporter reporter;
  json answer;
  try {
    answer = result_of(module, words, reporter);
  } catch (const Error& error) {
    answer = failure(error);
  } catch (const std::exception& error) {
    answer = failure({ErrorKind::failed, fmt::format("internal error: {}", error.what()),
                      "This is a defect of nocloud; please report it with the task."});
  }
  if (const auto warnings = reporter.warnings(); !warnings.empty()) answer["warnings"] = warnings;
  answer["timings"] = reporter.timings();
  return answer;
}

int introduce_itself() {
  print_to_stderr(
      "nocloud-ansible is the program behind the modules of the Ansible collection nocloud.kvm: Ansible "
      "starts it, and people read `ansible-doc nocloud.kvm.vm`.\n");
  return static_cast<int>(ErrorKind::usage);
}

int run(const std::vector<Module>& modules, const Words& command_line) {
  if (command_line.size() == 3 && command_line[1] == "--document") {
    if (const auto* module = find_module(modules, command_line[2])) {
      return fmt::print("{}", documentation_stub(module->spec)), 0;
    }
  }
  const auto command = command_from(modules, command_line);
  const bool by_person = command.words.empty() && ::isatty(STDIN_FILENO) != 0;
  if (command.module == nullptr || by_person) return introduce_itself();
  const auto result = answer(*command.module, command.words);
  fmt::print("{}\n", json_line(result));
  return result.contains("failed") ? 1 : 0;
}

}  // namespace

int run_module_program(const std::vector<Module>& modules, const Words& command_line) {
  settle_standard_streams();
  try {
    return flushed([&] { return run(modules, command_line); });
  } catch (const Error& error) {
    print_to_stderr("nocloud-ansible: {}\n", error.message());
    return static_cast<int>(error.kind());
  } catch (const std::exception& error) {
    print_to_stderr("nocloud-ansible: internal error: {}\n", error.what());
    return static_cast<int>(ErrorKind::failed);
  }
}

}  // namespace nocloud::ansible
