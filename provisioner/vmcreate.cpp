#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/shell_word.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/template/adjust.hpp"
#include "nocloud/ops/template/install.hpp"
#include "nocloud/ops/vm/wait.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "provisioner/request/creation.hpp"
#include "provisioner/request/guest_choice.hpp"
#include "provisioner/request/naming.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmcreate",
    .summary = "Makes a template by a distribution's own installer; or adjusts a VM or template.",
    .synopses = {"-n NAME -i ISO [OPTION…]", "-n NAME -i ISO --unattended FILE [OPTION…]",
                 "-n NAME --kernel FILE --initrd FILE [--cmdline TEXT] --unattended FILE [OPTION…]",
                 "-a -n NAME [-m MEM] [-c CPU] [-d DISK] [OPTION…]"},
    .options =
        std::vector<OptionSpec>{
            {.name = "name",
             .letter = 'n',
             .value = "NAME",
             .help =
                 "the template to make; with -a a VM, else a template: NAME.template is always the template",
             .candidates = Candidates::vms},
            {.name = "iso",
             .letter = 'i',
             .value = "ISO",
             .help =
                 "the installer's image; without --unattended a person answers, by VNC, and powers off last",
             .candidates = Candidates::files},
            {.name = "unattended",
             .value = "FILE",
             .help = "answers all of the installer's questions: a preseed, kickstart or autoinstall file",
             .candidates = Candidates::files},
            {.name = "kernel",
             .value = "FILE",
             .help = "the installer's kernel",
             .candidates = Candidates::files},
            {.name = "initrd", .value = "FILE", .help = "its initrd", .candidates = Candidates::files},
            {.name = "cmdline", .value = "TEXT", .help = "and what it is told beside what its answers need"},
            {.name = "adjust",
             .letter = 'a',
             .help = "change a VM that is down, or what a template's VMs get from now on"},
            {.name = "mem",
             .letter = 'm',
             .value = "MEM",
             .help = "memory in MB, or with a unit (default: 512)"},
            {.name = "cpu", .letter = 'c', .value = "CPU", .help = "number of CPUs (default: 2)"},
            {.name = "disk",
             .letter = 'd',
             .value = "DISK",
             .help = "size of the disk in GB (default: 10); with -a it only grows"},
            {.name = "user", .value = "USER", .help = "who logs in on the template's VMs (default: debian)"},
            {.name = "init",
             .value = "cloud-init|none",
             .help = "what configures them: cloud-init, which has to be installed (default), or nothing"},
            {.name = "host-key",
             .value = "KEY",
             .help = "with --init none: the SSH host key that is installed, 'ssh-ed25519 AAAA…'"}} +
        placement_options() +
        std::vector<OptionSpec>{
            {.name = "timeout",
             .value = "SECONDS",
             .help = "how long the installation may take (default: 3600; 14400 emulated; a day by hand)"},
            {.name = "owner",
             .value = "USER|any",
             .help = "with -a: another user's VM, or anybody's (default: yours)"}} +
        naming_options(),
    .examples = {{"vmcreate -n archlinux -i archlinux.iso",
                  "says where you see its screen; power off when it is done"},
                 {"vmcreate -n debian12 --kernel linux --initrd initrd.gz --unattended preseed.cfg -m 1024",
                  "Debian's network installer runs to its end; its disk becomes the template debian12"},
                 {"vmcreate -a -n web00 -m 2048 -d 20", "2 GB of memory, and a disk of 20 GB, for web00"},
                 {"vmcreate -a -n debian12 -c 4", "4 CPUs for each VM that is made from debian12"}}};

std::optional<Answers> answers_from(const Invocation& invocation) {
  const auto file = invocation.value("unattended");
  if (!file) return std::nullopt;
  auto text = read_file(user_path(*file), largest_answers);
  return while_doing(cited(*file), [&] { return Answers::parse(std::move(text)); });
}

InstallRequest request_from(const Invocation& invocation, const std::string& name) {
  const auto guest = guest_from(invocation);
  InstallRequest request{.name = VmName::parse(name),
                         .user = guest.user,
                         .init = guest.init,
                         .host_key = guest.host_key,
                         .kernel = kernel_from(invocation),
                         .medium = invocation.parsed("iso", user_path),
                         .answers = answers_from(invocation),
                         .networks = invocation.parsed("network", NetworkList::parse),
                         .virt_type = invocation.parsed("virt-type", virt_type_from),
                         .timeout = invocation.parsed("timeout", seconds_from)};
  request.memory = invocation.parsed("mem", Memory::parse).value_or(request.memory);
  request.cpus = invocation.parsed("cpu", CpuCount::parse).value_or(request.cpus);
  request.disk = invocation.parsed("disk", DiskSize::parse).value_or(request.disk);
  return request;
}

/// A document a line, at once: whoever reads it opens the screen while the installer runs.
void print_line(const nlohmann::json& document) {
  write_to_stdout(json_line(document) + '\n');
}

nlohmann::json screen_json(const InstallScreen& screen) {
  return {{"socket", screen.place.socket},
          {"port", screen.place.port},
          {"password", screen.password},
          {"via", screen.via}};
}

/// How a person gets to see it, with the programs that distributions have for it.
void print_screen(const InstallScreen& screen) {
  const auto& place = screen.place;
  const bool socket = !place.socket.empty();
  std::string there = socket ? place.socket : fmt::format("127.0.0.1::{}", place.port);
  print_to_stderr("Its screen, by VNC:\n");
  if (!screen.via.empty()) {
    const auto far = socket ? place.socket : fmt::format("127.0.0.1:{}", place.port);
    const auto near = socket ? std::string("./screen.sock") : std::to_string(place.port);
    const auto key = screen.via_key.empty() ? "" : fmt::format("-i {} ", shell_word(screen.via_key));
    print_to_stderr("  ssh {}-N -L {}:{} {}\n", key, near, far, screen.via);
    if (socket) there = near;
  }
  print_to_stderr("  vncviewer {}\n", there);
  if (!screen.password.empty()) print_to_stderr("  password: {}\n", screen.password);
  print_to_stderr("Power it off when the system is installed; ^C leaves it as it is.\n");
}

/// A password is told to a person at a terminal or to a program that asks for it, but to no log.
std::function<void(const InstallScreen&)> screen_teller(const Call& call) {
  if (call.wants_json()) {
    return [](const InstallScreen& screen) { print_line({{"screen", screen_json(screen)}}); };
  }
  if (::isatty(STDERR_FILENO) != 0) return print_screen;
  refuse_usage("by hand it takes a terminal, or --output json, to be told the screen's password");
}

int install_one(const Call& call, const std::string& name) {
  const auto& invocation = call.invocation;
  auto request = request_from(invocation, name);
  if (!request.medium && !(request.kernel && request.answers)) {
    refuse_usage("say what to do: -i ISO; --kernel, --initrd and --unattended; or -a");
  }
  if (!request.answers) request.on_screen = screen_teller(call);
  const System system(invocation, call.reporter, call.stop);
  const auto change = install(system.context(), request);
  const auto word = word_for(change);
  if (call.wants_json()) return print_line({{"name", name}, {"change", word}}), 0;
  fmt::print("{}\n", name);
  if (!invocation.has("quiet")) print_to_stderr("template {}: {}\n", name, word);
  return 0;
}

/// The template that is meant; nothing if it is the VM that the word names.
std::optional<TemplateName> adjusted_template(const Call& call, const Context& context,
                                              std::string_view word) {
  constexpr std::string_view suffix = ".template";
  if (word.ends_with(suffix)) return TemplateName::parse(word.substr(0, word.size() - suffix.size()));
  const auto source = TemplateName::parse(word);
  if (word.find('.') != std::string_view::npos) return source;
  if (context.hypervisor.find_vm(name_on(context, call.invocation, word)) ||
      !context.hypervisor.find_template(source)) {
    return std::nullopt;
  }
  return source;
}

int adjust(const Call& call, const std::string& name) {
  const auto& invocation = call.invocation;
  const Adjustment adjustment{.memory = invocation.parsed("mem", Memory::parse),
                              .cpus = invocation.parsed("cpu", CpuCount::parse),
                              .disk = invocation.parsed("disk", DiskSize::parse)};
  if (!adjustment.memory && !adjustment.cpus && !adjustment.disk)
    refuse_usage("say what to adjust: -m, -c or -d");
  const auto owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
  const System system(invocation, call.reporter, call.stop);
  const auto source = adjusted_template(call, system.context(), name);
  const bool changed =
      source ? adjust_template(system.context(), *source, adjustment)
             : adjust_vm(system.context(), name_on(system.context(), invocation, name), owner, adjustment);
  if (call.wants_json()) return print_line({{"name", name}, {"changed", changed}}), 0;
  if (changed) fmt::print("{}\n", name);
  return 0;
}

int run(const Call& call) {
  const auto& invocation = call.invocation;
  const auto name = invocation.value("name");
  if (!name) refuse_usage("say which VM or template: -n NAME");
  if (invocation.has("adjust")) {
    invocation.require_only("--adjust", {"adjust", "name", "mem", "cpu", "disk", "owner", "stem"});
    return adjust(call, *name);
  }
  invocation.require_only("an installation",
                          {"name", "iso", "unattended", "kernel", "initrd", "cmdline", "mem", "cpu", "disk",
                           "user", "init", "host-key", "network", "virt-type", "timeout"});
  return install_one(call, *name);
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
