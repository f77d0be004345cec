#include "nocloud/ops/run/group_run.hpp"

#include <csignal>
#include <string>

#include <fmt/format.h>

#include "nocloud/base/file/lock_holder.hpp"
#include "nocloud/base/parallel.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/vm/start_vm.hpp"

namespace nocloud {
namespace {

/// No domain's name, which are the other subjects of locks, has such a sign.
std::string lock_of(const GroupName& group) {
  return fmt::format("run={}", group);
}

void require_complete(const Vm& vm) {
  if (vm.complete) return;
  throw Error(
      ErrorKind::conflict, fmt::format("VM {} was never completed", cited(vm.name.str())),
      fmt::format("Remove it with `vmstop -d {}`, or complete it with the `vminstantiate` that makes it.",
                  vm.name));
}

}  // namespace

FileLock claim_run(const Context& context, const GroupName& group) {
  return context.locks.acquire(lock_of(group), context.stop, [&] {
    const auto runner = context.locks.holder_of(lock_of(group));
    throw Error(ErrorKind::conflict,
                fmt::format("group {} is being run{}", cited(group.str()),
                            runner ? fmt::format(" by process {}", *runner) : ""),
                fmt::format("End it there with ^C, or with `vmrun -s {}`, which keeps its VMs.", group));
  });
}

void end_run(const Context& context, const GroupName& group) {
  const auto runner = context.locks.holder_of(lock_of(group));
  // Only a process of this program may be sent the signal: any other would die of it.
  if (!runner || !runs_our_program(*runner)) {
    throw Error(ErrorKind::not_found, fmt::format("no vmrun of yours runs group {}", cited(group.str())),
                fmt::format("`vmrunning -g {0}` shows its VMs; `vmstop -g {0}` powers them off.", group));
  }
  if (::kill(*runner, SIGUSR1) != 0) throw system_error(fmt::format("cannot signal process {}", *runner));
  context.locks.acquire(lock_of(group), context.stop);
}

std::vector<RestartedVm> restart(const Context& context, const std::vector<Vm>& vms) {
  const auto errors = in_parallel(vms.size(), vms_at_once, [&](std::size_t index) {
    require_complete(vms[index]);
    const auto held = context.locks.acquire(vms[index].name.str(), context.stop);
    start_vm(context, vms[index].name, StartMode::running);
  });
  std::vector<RestartedVm> results;
  for (std::size_t i = 0; i < vms.size(); ++i) results.push_back({vms[i].name, errors[i]});
  return results;
}

}  // namespace nocloud
