#include "nocloud/ops/template/install.hpp"

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/store/disk_copy.hpp"
#include "nocloud/ops/converge/host_check.hpp"
#include "nocloud/ops/converge/plan.hpp"
#include "nocloud/ops/guest/console_log.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/host/virt_type.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/template/install_volumes.hpp"
#include "nocloud/ops/template/installer_watch.hpp"
#include "nocloud/ops/template/template_source.hpp"
#include "nocloud/ops/vm/make_vm.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/start_vm.hpp"
#include "nocloud/seed/seed.hpp"

namespace nocloud {
namespace {

/// What an empty disk's own tables take is less, and what any system takes is more.
constexpr std::uint64_t least_written = std::uint64_t{1} << 20U;

/// One installation, from the files to the template.
class Installing {
 public:
  Installing(const Context& context, const InstallRequest& request)
      : context_(context), request_(request), template_(TemplateName::parse(request.name.str())) {
    if (request_.answers) digest_ = hex(bytes_of(sha256(request_.answers->text())));
  }

  TemplateChange run() {
    // For as long as it takes; the VM itself can be stopped and removed meanwhile.
    const auto tell = [&] {
      context_.reporter.step(request_.name.str(), "waiting for another run that installs it");
    };
    const auto turn =
        context_.locks.acquire("install=" + request_.name.str(), context_.stop, tell, template_work);
    if (keeps_present(context_, template_, IfPresent::keep)) {
      remove_leftover();
      return TemplateChange::none;
    }
    own_template(context_, template_, "Choose another name with -n.");
    if (!is_installed()) watch(running_vm());
    const auto held = lock_vm();
    check_outcome();
    return finish();
  }

 private:
  /// What is left of an earlier run's. Throws Error{conflict} if the name is another VM's.
  std::optional<Vm> present_vm() const {
    auto vm = context_.hypervisor.find_vm(request_.name);
    if (!vm) return std::nullopt;
    check_holder(*vm, installing_group(), context_.caller);
    if (vm->installation || !vm->complete) return vm;
    throw Error(ErrorKind::conflict, fmt::format("there is a VM {} already", cited(request_.name.str())),
                "Choose another name with -n.");
  }

  FileLock lock_vm() const { return context_.locks.acquire(request_.name.str(), context_.stop); }

  /// The run that made the template may not have come to remove its VM.
  void remove_leftover() const {
    const auto held = lock_vm();
    const auto left = context_.hypervisor.find_vm(request_.name);
    if (left && left->installation && left->owner == context_.caller) remove_present(*left);
  }

  /// Whether an earlier run saw the installer's end, and did not come to make the template.
  bool is_installed() const {
    const auto held = lock_vm();
    const auto present = present_vm();
    const bool by_itself = present && present->complete && !is_up(present->state) &&
                           present->installation->screen == Installation::Screen::none;
    return by_itself && !present->boot && present->user_data_sha256 == digest_;
  }

  /// With its installer at work, and its screen shown.
  Vm running_vm() const {
    const auto held = lock_vm();
    const auto present = present_vm();
    auto vm = present && goes_on(*present) ? *present : begin(present);
    if (vm.installation->screen != Installation::Screen::none) show_screen(vm);
    return vm;
  }

  void remove_present(const Vm& vm) const {
    context_.hypervisor.refresh_volumes();  // it may have run, and have a console log
    remove_vm_parts(context_, vm, disks_that_others_use(context_.hypervisor, {vm}));
  }

  /// Whether the guest of an earlier run is still at it, or a person goes on with it.
  bool goes_on(const Vm& present) const {
    if (!present.complete) return false;
    if (!is_up(present.state)) {
      const bool by_hand = present.installation->screen != Installation::Screen::none && !request_.answers;
      if (by_hand) start_vm(context_, request_.name, StartMode::running);
      return by_hand;
    }
    if (present.user_data_sha256 == digest_) return true;
    throw Error(
        ErrorKind::conflict,
        fmt::format("{} is being installed with other answers", cited(request_.name.str())),
        fmt::format("`vmstop -d {}` ends and removes that; then run the command again.", request_.name));
  }

  Vm begin(const std::optional<Vm>& present) const {
    const auto files = InstallFiles::open(request_, context_.stop);
    require_memory(context_, request_.memory);
    require_virt_type(context_, request_.virt_type);
    require_cpus(context_, request_.cpus, request_.virt_type);
    check_networks(context_, networks());
    require_seed_room();
    require_room(context_, least_bytes_of_vm, "an installation needs");
    if (present) remove_present(*present);
    while_doing(fmt::format("installing {}", cited(request_.name.str())), [&] { make(files); });
    context_.reporter.step(request_.name.str(), "the installer runs");
    if (auto vm = context_.hypervisor.find_vm(request_.name)) return *std::move(vm);
    throw vanished();
  }

  NetworkList networks() const {
    return request_.networks ? *request_.networks : default_networks(context_.hypervisor.place());
  }

  void make(const InstallFiles& files) const {
    VmRecipe recipe{.networks = networks()};
    AddressBooks addresses;
    open_books(context_, recipe.networks, addresses);
    auto definition = definition_for(files, recipe.networks);
    VmMaker(context_, recipe, addresses).make(definition, [&](const auto& uuid, auto made, const auto&) {
      files.add_volumes(context_, uuid);
      made.virt_type = virt_type_for(made);
      if (made.virt_type != definition.virt_type) context_.hypervisor.redefine_vm(uuid, made);
    });
  }

  VmDefinition definition_for(const InstallFiles& files, const NetworkList& networks) const {
    return {.name = request_.name,
            .group = installing_group(),
            .type = TypeName::parse("template"),
            .template_name = template_,
            .owner = context_.caller,
            .user = request_.user,
            .init = GuestInit::none,
            .user_data_sha256 = digest_,
            .virt_type = request_.virt_type.value_or(VirtType::qemu),
            .memory = request_.memory,
            .cpus = request_.cpus,
            .base = std::nullopt,
            .boot = files.boot(),
            .nics = nics_for(request_.name, networks.all(), context_.realm),
            .installation = files.installation(screen())};
  }

  Installation::Screen screen() const {
    using Screen = Installation::Screen;
    if (request_.answers) return Screen::none;
    // Only QEMU processes of the caller's own make sockets that the caller can open, and nobody else.
    return context_.hypervisor.place().privileged ? Screen::port : Screen::socket;
  }

  void show_screen(const Vm& vm) const {
    const auto host = context_.hypervisor.place();
    InstallScreen shown{.via = host.via, .via_key = host.via_key};
    // VNC looks at 8 characters of a password.
    if (vm.installation->screen == Installation::Screen::port) shown.password = base64(random_bytes(6));
    shown.place = context_.hypervisor.open_screen(request_.name, shown.password);
    request_.on_screen(shown);
  }

  /// A trial of KVM needs a kernel, which lies in the VM's own volumes by now.
  VirtType virt_type_for(const VmDefinition& made) const {
    const Template trial{.name = template_,
                         .owner = context_.caller,
                         .base = overlay_of(request_.name),
                         .user = request_.user,
                         .boot = made.boot};
    if (made.boot) return choose_virt_type(context_, request_.virt_type, trial);
    const bool offered = context_.hypervisor.host().offers_kvm;
    return request_.virt_type.value_or(offered ? VirtType::kvm : VirtType::qemu);
  }

  void watch(const Vm& vm) const {
    const bool by_hand = vm.installation->screen != Installation::Screen::none;
    const auto usual = by_hand ? std::chrono::hours(24) : default_install_limit(vm.virt_type);
    const auto limit = request_.timeout.value_or(usual);
    try {
      const auto end = see_installer_through(context_, vm, context_.clock.now() + limit);
      if (end.kind == InstallerEnd::Kind::panicked)
        fail(fmt::format("the guest has panicked: {}", end.panic));
      if (end.kind == InstallerEnd::Kind::down) return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) throw;
      throw Error(
          error.kind(), fmt::format("interrupted: the installation of {} goes on", request_.name),
          fmt::format("The same command looks at it again; `vmstop -d {}` removes it.", request_.name));
    }
    throw Error(
        ErrorKind::timed_out,
        fmt::format("{} is not installed in {} s{}", cited(request_.name.str()), limit.count(),
                    console_report(context_.hypervisor, request_.name)),
        fmt::format("It is kept for a look: `vm -n {0} --log`; `vmstop -d {0}` removes it. Give it more "
                    "time with --timeout SECONDS.",
                    request_.name));
  }

  /// Of a guest that has ended. From here on its VM boots what is installed: by that the next run knows that
  /// only the template is left to be made.
  void check_outcome() const {
    auto vm = context_.hypervisor.find_vm(request_.name);
    if (!vm) throw vanished();
    if (vm->state == VmState::crashed || !vm->fault.empty()) {
      fail(fmt::format("the guest has crashed ({})", printable(vm->fault)));
    }
    context_.hypervisor.require_own_disks(request_.name);
    const auto disk = context_.hypervisor.find_volume(overlay_of(request_.name));
    if (!disk || disk->allocation_bytes < least_written) {
      fail("the installer has ended, and nothing is on the disk");
    }
    if (!vm->boot) return;
    vm->boot.reset();
    context_.hypervisor.redefine_vm(vm->uuid, *vm);
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw Error(
        ErrorKind::failed,
        fmt::format("{} could not be installed: {}{}", cited(request_.name.str()), why,
                    console_report(context_.hypervisor, request_.name)),
        fmt::format("`vm -n {0} --log` shows all of its console; `vmstop -d {0}` removes it, and the same "
                    "command begins anew.",
                    request_.name));
  }

  Error vanished() const {
    return {ErrorKind::conflict,
            fmt::format("VM {} was removed by another run meanwhile", cited(request_.name.str())),
            "Run the command again."};
  }

  TemplateChange finish() const {
    context_.reporter.step(request_.name.str(), "is installed; storing it as a template");
    const auto change = while_doing(fmt::format("making template {}", cited(template_.str())), [&] {
      return make_template(
          context_,
          {.name = template_,
           .user = request_.user,
           .init = request_.init,
           .host_key = request_.host_key,
           .memory = request_.memory,
           .cpus = request_.cpus},
          DiskCopy(context_.hypervisor, overlay_of(request_.name), std::nullopt, copy_watch()).finish());
    });
    if (const auto vm = context_.hypervisor.find_vm(request_.name)) remove_present(*vm);
    return change;
  }

  CopyWatch copy_watch() const {
    return {.on_progress =
                [this](std::uint64_t done, std::uint64_t total) {
                  context_.reporter.progress(request_.name.str(), done, total);
                },
            .stop = context_.stop};
  }

  const Context& context_;
  const InstallRequest& request_;
  const TemplateName template_;
  /// Of the answers; empty if a person gives them.
  std::string digest_;
};

}  // namespace

GroupName installing_group() {
  return GroupName::parse("installing");
}

std::chrono::seconds default_install_limit(VirtType type) {
  using namespace std::chrono_literals;
  return type == VirtType::kvm ? 1h : 4h;
}

TemplateChange install(const Context& context, const InstallRequest& request) {
  return Installing(context, request).run();
}

}  // namespace nocloud
