#include "nocloud/base/process/spawn_plan.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"

extern char**
    environ;  // NOLINT(readability-redundant-declaration): POSIX leaves the declaration to the program

namespace nocloud {
namespace {

/// Ours without what is set anew: with a name twice, some programs would take the first and some the second.
std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  auto environment = added;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view name = std::string_view(*entry).substr(0, std::string_view(*entry).find('='));
    const auto sets_it = [&](std::string_view setting) {
      return setting.substr(0, setting.find('=')) == name;
    };
    if (std::none_of(added.begin(), added.end(), sets_it)) environment.emplace_back(*entry);
  }
  return environment;
}

}  // namespace

std::vector<char*> c_strings(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const auto& word : words) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): exec's historic signature; it writes nothing
    pointers.push_back(const_cast<char*>(word.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

SpawnPlan::SpawnPlan(std::optional<pid_t> group) {
  ::posix_spawn_file_actions_init(&actions_);
  ::posix_spawnattr_init(&attributes_);
  sigset_t all_default;
  sigfillset(&all_default);
  sigset_t none_blocked;
  sigemptyset(&none_blocked);
  // We block signals for our signal thread and ignore SIGPIPE; children must not inherit either. A group of
  // its own keeps a ^C at the terminal ours to handle, and lets the child be killed with all that it
  // started.
  ::posix_spawnattr_setsigdefault(&attributes_, &all_default);
  ::posix_spawnattr_setsigmask(&attributes_, &none_blocked);
  ::posix_spawnattr_setpgroup(&attributes_, group.value_or(own_group));
  const auto flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (group ? POSIX_SPAWN_SETPGROUP : 0);
  ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
}

SpawnPlan::~SpawnPlan() {
  ::posix_spawn_file_actions_destroy(&actions_);
  ::posix_spawnattr_destroy(&attributes_);
}

pid_t SpawnPlan::start(const std::vector<std::string>& arguments,
                       const std::vector<std::string>& added_environment) const {
  const auto environment = environment_with(added_environment);
  const auto program = find_program(arguments.at(0));
  if (!program) {
    throw Error(ErrorKind::not_found,
                fmt::format("there is no program {} on this machine", cited(arguments[0])),
                "Install it, or correct PATH.");
  }
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program->c_str(), &actions_, &attributes_,
                                  c_strings(arguments).data(), c_strings(environment).data());
  if (error != 0) {
    errno = error;
    throw system_error(fmt::format("cannot start {}", cited(*program)));
  }
  return pid;
}

}  // namespace nocloud
