// Runs one operation as the tools do, and dies by SIGKILL at one call of the hypervisor port.

#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "crash/dying_hypervisor.hpp"
#include "nocloud/app/session_socket.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/store/image_store.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "nocloud/ops/converge/instantiate.hpp"
#include "nocloud/ops/template/make_template.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "nocloud/program/caller.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/ssh/libssh.hpp"
#include "nocloud/virt/libvirt/adapter/hypervisor.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "dying_vminstantiate",
    .summary = "Does what a tool does until the Nth call of the hypervisor port, and dies.",
    .synopses = {"before|after N instantiate FILE", "before|after N remove GROUP",
                 "before|after N import TEMPLATE DISK KERNEL INITRD", "before|after N discard TEMPLATE"},
    .options = {},
    .words = ToolSpec::Words::anywhere};

using Words = std::vector<std::string>;

/// Fails unless every VM came out well.
template <class Results>
int outcome_of(const Results& results) {
  for (const auto& result : results) {
    if (result.error) throw Error(*result.error);
  }
  return 0;
}

int instantiate_file(const Context& context, const Words& words) {
  const InstantiateRequest request{.vms = read_spec_file(words.at(3)).vms,
                                   .virt_type = VirtType::qemu,
                                   .start = StartMode::paused,
                                   .wait = WaitFor::none};
  return outcome_of(instantiate(context, request));
}

int remove_group(const Context& context, const Words& words) {
  return outcome_of(remove(context, vms_to_stop(context, {.group = GroupName::parse(words.at(3))})));
}

int import_image(const Context& context, const Words& words) {
  const auto image = verify_image(words.at(4), KernelChoice{words.at(5), words.at(6), "console=ttyS0"});
  make_template(context, {.name = TemplateName::parse(words.at(3)), .user = UserName::parse("debian")},
                image);
  return 0;
}

int operate(const Context& context, const Words& words) {
  const auto& operation = words.at(2);
  if (operation == "instantiate") return instantiate_file(context, words);
  if (operation == "remove") return remove_group(context, words);
  if (operation == "import") return import_image(context, words);
  if (operation == "discard") return delete_template(context, TemplateName::parse(words.at(3))), 0;
  refuse_usage(fmt::format("there is no operation {}", cited(operation)));
}

Death death_from(const Words& words) {
  const auto number = parse_number<unsigned>(words.at(1));
  if (!number) refuse_usage(fmt::format("{} is no number", cited(words.at(1))));
  return {.moment = words.at(0) == "after" ? Death::Moment::after : Death::Moment::before, .call = *number};
}

std::unique_ptr<Hypervisor> connect(const Caller& caller) {
  if (::getuid() == 0) return connect_libvirt({.uri = "qemu:///system"});
  pin_session_socket(caller);
  return connect_libvirt({.uri = "qemu:///session"});
}

int run(const Call& call) {
  const auto& words = call.invocation.words();
  if (words.size() < 4) refuse_usage("too few words");
  const auto caller = find_caller();
  const auto real = connect(caller);
  DyingHypervisor hypervisor(*real, death_from(words));
  LibSsh ssh;
  SystemClock clock;
  const LockHabits habits{.user = caller.files};
  const Keyring keyring(caller.data_folder, caller.home, habits, call.stop);
  const Locks locks(caller.lock_folders, real->place().identity(), habits);
  const Context context{.hypervisor = hypervisor,
                        .ssh = ssh,
                        .clock = clock,
                        .reporter = call.reporter,
                        .keyring = keyring,
                        .locks = locks,
                        .caller = caller.owner,
                        .runtime_folder = caller.runtime_folder,
                        .stop = call.stop};
  const int status = operate(context, words);
  fmt::print("{}\n", hypervisor.calls());
  return status;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
