#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/identity.hpp"
#include "nocloud/ops/guest/console_log.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/vm/boot_own.hpp"
#include "nocloud/ops/vm/connect.hpp"
#include "nocloud/ops/vm/wait.hpp"
#include "nocloud/program/program.hpp"
#include "provisioner/request/creation.hpp"
#include "provisioner/request/naming.hpp"
#include "provisioner/request/selection.hpp"
#include "provisioner/template/template_session.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vm",
    .summary =
        "Connects to a VM over SSH, or runs a command in it. Starts it first if it is down. Its host key is "
        "verified. In a template, too, which is what was made of it from then on.",
    .synopses = {"-n NAME [-g GROUP] [-t TYPE] [OPTION…] [COMMAND…]",
                 "-n TEMPLATE [-g templates] [OPTION…] [COMMAND…]", "-n NAME --show WHAT", "-n NAME --log",
                 "-n NAME --console", "-n NAME --screenshot FILE", "-n NAME --boot own"},
    .options =
        std::vector<OptionSpec>{{.name = "name",
                                 .letter = 'n',
                                 .value = "NAME",
                                 .help = "the VM, or a template to be changed",
                                 .candidates = Candidates::vms}} +
        selection_options() + naming_options() + placement_options() +
        std::vector<OptionSpec>{
            {.name = "show",
             .value = "mac|host-key|ip|port|uuid",
             .help = "only print this; mac and host-key also of a VM yet to be made"},
            {.name = "log", .help = "print what the guest writes on its serial console, until it is down"},
            {.name = "console", .help = "be at its serial console; ^] leaves it"},
            {.name = "screenshot",
             .value = "FILE",
             .help = "write what is on its screen to this file, as PNG",
             .candidates = Candidates::files},
            {.name = "boot",
             .value = "own",
             .help = "from its next start on, boot by the disk's own boot loader, not the template's kernel"},
            {.name = "timeout",
             .value = "SECONDS",
             .help = "for its SSH to answer (default: 120; 600 emulated)",
             .source = OptionSpec::Source::setting}},
    .words = ToolSpec::Words::command,
    .examples = {{"vm -n web00", "a shell in web00"},
                 {"vm -n web00 uname -r", "runs a command; the exit status is the command's"},
                 {"vm -n debian12 sudo apt-get install -y nginx",
                  "changes template debian12, if the command ends well; VMs on the older image keep that"},
                 {"vm -n web00 --show mac", "52:54:00:d0:5c:02, whether web00 exists or not"}}};

/// What follows from a name alone, as well.
std::string identity_of(const Context& context, const VmName& name, std::string_view what) {
  const auto vm = context.hypervisor.find_vm(name);
  if (what == "mac")
    return (vm && !vm->nics.empty() ? vm->nics.front().mac : mac_of_vm(name, context.realm)).str();
  return vm ? vm->host_key : context.keyring.host_key_of(name).public_key;
}

std::string shown(const Context& context, const VmName& name, const OwnerFilter& owner,
                  std::string_view what) {
  if (what == "mac" || what == "host-key") return identity_of(context, name, what);
  const auto located = find_one(context, name, owner);
  if (what == "uuid") return located.vm.uuid;
  if (what == "ip" && located.ip) return located.ip->str();
  if (what == "port" && located.endpoint) return std::to_string(located.endpoint->port);
  if (what == "ip" || what == "port") {
    throw Error(
        ErrorKind::unavailable, fmt::format("the {} of VM {} is not known", what, cited(name.str())),
        "See `vmrunning`. On `user` a VM has no address of its own; on `nat` its network must be there.");
  }
  throw Error(ErrorKind::invalid_input, fmt::format("--show can't show {}", cited(what)),
              "It shows mac, host-key, ip, port or uuid.");
}

void show(const Call& call, const std::string& what, const VmName& name, const std::string& value) {
  if (!call.wants_json()) return fmt::print("{}\n", value);
  const auto shown =
      what == "port" ? nlohmann::json(parse_number<unsigned>(value).value()) : nlohmann::json(value);
  print_json({{"name", name.str()}, {what == "host-key" ? "host_key" : what, shown}});
}

/// With a guest's control characters made visible.
void print_console_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  fmt::print("{}\n", printable(line));
}

void print_log(const Context& context, const VmName& name, const OwnerFilter& owner) {
  find_one(context, name, owner);
  constexpr std::size_t longest_line = 65'536;
  // What comes may end within a line, or within a character.
  std::string pending;
  const auto print = [&](std::string_view text) {
    pending += text;
    auto end = pending.rfind('\n');
    if (end == std::string::npos && pending.size() < longest_line) return;
    end = std::min(end, pending.size());
    for (const auto line : split(std::string_view(pending).substr(0, end), '\n')) print_console_line(line);
    pending.erase(0, end + 1);
    if (std::fflush(stdout) != 0) throw Error(ErrorKind::failed, "the output could not be written");
  };
  follow_console(context, name, {.on_text = print});
  if (!pending.empty()) print_console_line(pending);
}

/// Becomes libvirt's own client.
[[noreturn]] void become_console(const Context& context, const VmName& name, const OwnerFilter& owner) {
  if (!is_up(find_one(context, name, owner).vm.state)) {
    throw Error(ErrorKind::unavailable, fmt::format("VM {} is down", cited(name.str())),
                fmt::format("`vm -n {0} true` starts it; `vm -n {0} --log` shows what it wrote last.", name));
  }
  replace_process({"virsh", "--connect", context.hypervisor.place().uri, "console", name.str()});
}

/// Whole or not at all; for its owner's eyes, as a terminal may be on it.
void save_screenshot(const Context& context, const VmName& name, const OwnerFilter& owner,
                     const std::filesystem::path& file) {
  find_one(context, name, owner);
  write_file(file, context.hypervisor.screenshot(name), 0600);
}

/// What is done to a VM that is there or yet to be, where it is not a session; throws Error{usage} for what
/// says nothing to it.
std::optional<std::string> action_of(const Invocation& invocation) {
  const std::vector<std::string> actions{"show", "log", "console", "screenshot", "boot"};
  invocation.require_one_at_most(actions);
  const auto action = std::ranges::find_if(actions, [&](const auto& each) { return invocation.has(each); });
  if (action == actions.end()) return std::nullopt;
  invocation.require_only("--" + *action, {*action, "name", "owner", "stem"});
  invocation.require_no_words("--" + *action);
  return *action;
}

int run(const Call& call) {
  const auto& invocation = call.invocation;
  if (!invocation.has("name")) refuse_usage("say which VM: -n NAME");
  const auto action = action_of(invocation);
  if (call.wants_json() && !invocation.has("show")) refuse_usage("--output json is for --show");
  const auto selection = selection_of(invocation);
  const System system(invocation, call.reporter, call.stop);
  if (!action) {
    if (const auto source = template_meant(invocation, system.context())) {
      return change_template(call, system.context(),
                             {.name = *source,
                              .networks = invocation.parsed("network", NetworkList::parse),
                              .virt_type = invocation.parsed("virt-type", virt_type_from),
                              .timeout = invocation.parsed("timeout", seconds_from)});
    }
  }
  const auto name = invocation.parsed(
      "name", [&](std::string_view word) { return name_on(system.context(), invocation, word); });
  if (const auto what = invocation.value("show")) {
    return show(call, *what, *name, shown(system.context(), *name, selection.owner, *what)), 0;
  }
  if (invocation.has("log")) return print_log(system.context(), *name, selection.owner), 0;
  if (invocation.has("console")) become_console(system.context(), *name, selection.owner);
  if (const auto file = invocation.parsed("screenshot", user_path)) {
    return save_screenshot(system.context(), *name, selection.owner, *file), 0;
  }
  if (const auto boot = invocation.value("boot")) {
    if (*boot != "own") refuse_usage("--boot can only be 'own'");
    boot_own(system.context(), *name, selection.owner);
    return 0;
  }
  invocation.require_only("a session in a VM", {"name", "group", "type", "owner", "stem", "timeout"});
  const auto located = connect(system.context(), {.name = *name,
                                                  .owner = selection.owner,
                                                  .group = selection.group,
                                                  .type = selection.type,
                                                  .timeout = invocation.parsed("timeout", seconds_from)});
  // Becomes `ssh`: terminal, standard input, signals and exit status are then between it and the user.
  replace_process(ssh_session(system.context(), located, invocation.words()));
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
