#include "nocloud/ops/vm/connect.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/vm/start_vm.hpp"
#include "nocloud/ops/vm/wait.hpp"

namespace nocloud {
namespace {

void check_place(const LocatedVm& located, const ConnectRequest& request) {
  const auto& vm = located.vm;
  const bool elsewhere =
      (request.group && vm.group != *request.group) || (request.type && vm.type != *request.type);
  if (!elsewhere) return;
  throw Error(ErrorKind::not_found,
              fmt::format("VM {} is in group {}, type {}", cited(vm.name.str()), cited(vm.group.str()),
                          cited(vm.type.str())),
              "Leave out -g and -t, or give these.");
}

}  // namespace

LocatedVm connect(const Context& context, const ConnectRequest& request) {
  auto located = find_one(context, request.name, request.owner);
  check_place(located, request);
  WaitRequest wait{.name = request.name, .depth = WaitDepth::host_key};
  if (!is_up(located.vm.state)) {
    const auto held = context.locks.acquire(request.name.str(), context.stop);
    if (start_vm(context, request.name, StartMode::running) != Beginning::was_up) {
      context.reporter.step(request.name.str(), "started");
      wait.depth = WaitDepth::login;
      wait.on_early_panic = OnEarlyPanic::start_again;
    }
  }
  const auto limit = request.timeout.value_or(default_wait(located.vm.virt_type));
  wait.deadline = context.clock.now() + limit;
  located = *wait_until_ready(context, wait).located;
  remember(context, in_short(located));
  return located;
}

}  // namespace nocloud
