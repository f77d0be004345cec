#include "nocloud/ops/vm/stop.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/parallel.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/guest/console_log.hpp"
#include "nocloud/ops/guest/panic_watch.hpp"
#include "nocloud/ops/survey/unreadable_vm.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/vm_process.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

Vm require_named(const Context& context, const VmName& name, const OwnerFilter& owner) {
  auto vm = context.hypervisor.find_vm(name);
  if (!vm) {
    refuse_unreadable(context.hypervisor, name.str());
    throw Error(ErrorKind::not_found, fmt::format("there is no VM {}", cited(name.str())),
                "`vmrunning --state all` shows all of yours.");
  }
  require_accepted(*vm, owner, context.caller);
  return *std::move(vm);
}

/// How a wait for a guest to power off has ended.
struct PowerOff {
  bool done = false;
  /// Why the guest will never do it.
  std::optional<KernelPanic> panic = std::nullopt;
};

PowerOff wait_until_down(const Context& context, const VmName& name, Clock::TimePoint deadline) {
  PanicWatch console(context, name);
  for (;;) {
    const auto vm = context.hypervisor.find_vm(name);
    if (!vm || !is_up(vm->state)) return {.done = true};
    if (context.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    if (auto panic = console.look()) return {.panic = std::move(panic)};
    if (context.clock.now() >= deadline) return {};
    context.clock.sleep(100ms, context.stop);
  }
}

void stop_one(const Context& context, const Vm& vm, Clock::TimePoint deadline) {
  // A paused or crashed guest can't hear the question.
  if (vm.state == VmState::running) {
    context.hypervisor.shut_down_vm(vm.name);
    context.reporter.step(vm.name.str(), "asked to power off");
    const auto ended = wait_until_down(context, vm.name, deadline);
    if (ended.done) return context.reporter.step(vm.name.str(), "stopped");
    context.reporter.warn(fmt::format("VM {} {} and was forced to power off", cited(vm.name.str()),
                                      ended.panic ? fmt::format("has panicked ({})", ended.panic->words)
                                                  : "did not power off in time"),
                          "");
  }
  context.hypervisor.force_off_vm(vm.name);
  context.reporter.step(vm.name.str(), "stopped");
}

/// Another run may have made it anew since it was listed: that is not the one that was meant.
bool is_another(const std::optional<Vm>& present, const Vm& meant) {
  return present && present->uuid != meant.uuid;
}

void cut_power(const Context& context, const Vm& vm) {
  const auto held = context.locks.acquire(vm.name.str(), context.stop);
  const auto present = context.hypervisor.find_vm(vm.name);
  if (present && has_process(present->state) && !is_another(present, vm))
    context.hypervisor.force_off_vm(vm.name);
}

/// From here on the VM is unfinished: should this run be killed, the next one does not take it for whole.
void begin_removal(const Context& context, const Vm& vm) {
  if (has_process(vm.state)) {  // another run started it since all were powered off
    context.hypervisor.force_off_vm(vm.name);
    context.hypervisor.refresh_volumes();
  }
  try {
    context.hypervisor.reopen_vm(vm.name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;  // another user's run is removing it, too
  }
}

template <class Work>
std::vector<StoppedVm> each(const std::vector<Vm>& vms, std::size_t width, Work&& work) {
  std::vector<StoppedVm> results;
  for (const auto& vm : vms) results.push_back({.name = vm.name});
  const auto errors =
      in_parallel(vms.size(), width, [&](std::size_t index) { results[index].changed = work(vms[index]); });
  for (std::size_t i = 0; i < errors.size(); ++i) results[i].error = errors[i];
  return results;
}

}  // namespace

std::vector<Vm> vms_to_stop(const Context& context, const StopRequest& request) {
  OthersVms others;
  return vms_to_stop(context, request, others);
}

std::vector<Vm> vms_to_stop(const Context& context, const StopRequest& request, OthersVms& others) {
  std::vector<Vm> meant;
  if (!request.names.empty()) {
    const std::set<VmName> names(request.names.begin(), request.names.end());
    for (const auto& name : names) meant.push_back(require_named(context, name, request.owner));
    return meant;
  }
  std::set<std::string> readable;
  for (auto& vm : context.hypervisor.vms()) {
    readable.insert(vm.uuid);
    const bool selected =
        (!request.group || vm.group == *request.group) && (!request.type || vm.type == *request.type);
    if (!selected) continue;
    if (request.owner.accepts(vm.owner, context.caller)) {
      meant.push_back(std::move(vm));
    } else if (request.owner.kind == OwnerFilter::Kind::caller) {
      others.add(vm.owner);
    }
  }
  auto unreadable = context.hypervisor.unreadable(readable);
  std::erase_if(unreadable, [](const auto& found) { return found.kind != Unreadable::Kind::vm; });
  warn_of(context.reporter, unreadable);
  return meant;
}

std::vector<StoppedVm> stop(const Context& context, const StopRequest& request, const std::vector<Vm>& vms) {
  const auto deadline = context.clock.now() + request.grace;
  // All are asked at once: a thread a guest, since each only waits.
  return each(vms, vms.size(), [&](const Vm& vm) {
    if (!has_process(vm.state)) return false;
    const auto held = context.locks.acquire(vm.name.str(), context.stop);
    const auto present = context.hypervisor.find_vm(vm.name);
    if (!present || !has_process(present->state) || is_another(present, vm)) return false;
    stop_one(context, *present, deadline);
    return true;
  });
}

void power_off(const Context& context, const VmName& name, std::chrono::seconds grace) {
  const auto held = context.locks.acquire(name.str(), context.stop);
  context.hypervisor.shut_down_vm(name);
  const auto ended = wait_until_down(context, name, context.clock.now() + grace);
  if (ended.done) return;
  if (ended.panic) {
    throw Error(ErrorKind::failed,
                fmt::format("VM {} has panicked: {}{}", cited(name.str()), ended.panic->words,
                            console_report(context.hypervisor, name)),
                fmt::format("`vmstop {}` forces it off.", name));
  }
  throw Error(ErrorKind::timed_out,
              fmt::format("VM {} did not power off within {} s", cited(name.str()), grace.count()),
              fmt::format("`vm -n {0} --log` shows what it does; `vmstop {0}` forces it.", name));
}

std::vector<StoppedVm> remove(const Context& context, const std::vector<Vm>& vms) {
  each(vms, vms_at_once, [&](const Vm& vm) {
    cut_power(context, vm);
    return true;
  });
  context.hypervisor.refresh_volumes();  // once for all, for their console logs
  const auto kept = disks_that_others_use(context.hypervisor, vms);
  auto results = each(vms, vms_at_once, [&](const Vm& vm) {
    const auto held = context.locks.acquire(vm.name.str(), context.stop);
    const auto present = context.hypervisor.find_vm(vm.name);
    if (is_another(present, vm)) return false;
    if (!present) {  // its parts went before it; what has its name now is another user's
      context.keyring.forget(vm.name, context.hypervisor.place().identity());
      return false;
    }
    while_doing(fmt::format("removing VM {}", cited(vm.name.str())), [&] {
      begin_removal(context, *present);
      remove_vm(context, vm, kept);
    });
    context.reporter.step(vm.name.str(), "removed");
    return true;
  });
  // Also when there was no VM left: a run that was killed may not have come to this.
  const bool all_went =
      std::ranges::none_of(results, [](const auto& result) { return result.error.has_value(); });
  if (all_went) remove_unused_images(context);
  return results;
}

void throw_first(const std::vector<StoppedVm>& results) {
  for (const auto& result : results) {
    if (result.error) throw Error(*result.error);
  }
}

}  // namespace nocloud
