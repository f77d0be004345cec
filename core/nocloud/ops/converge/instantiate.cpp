#include "nocloud/ops/converge/instantiate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/parallel.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/host_check.hpp"
#include "nocloud/ops/converge/plan.hpp"
#include "nocloud/ops/guest/standstill.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/host/virt_type.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/vm/make_vm.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/start_vm.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "nocloud/seed/user_part.hpp"

namespace nocloud {
namespace {

/// How many VMs one run waits for at a time: a thread and a connection each.
constexpr std::size_t waits_at_once = 64;

/// One run: what its VMs share, and what becomes of each.
class Run {
 public:
  Run(const Context& context, InstantiateRequest request) : context_(context), request_(std::move(request)) {
    if (request_.further) {
      // Two runs that add at once must not choose the same names.
      adding_ = context_.locks.acquire("group." + request_.further->group.str(), context_.stop);
    }
    world_ = look_around(context_, request_);
    check_request(request_, world_, context_.caller);
    const auto made = new_vms();
    check_host(context_, request_, made, world_.templates);
    require_room_for_vms(context_, made.size(), request_.giving_way.size());
    for (const auto& wanted : request_.vms) results_.push_back({.name = wanted.name});
  }

  std::vector<InstantiatedVm> predict() && {
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const auto present = world_.find(request_.vms[i].name);
      auto planned = plan(request_.vms[i], present);
      results_[i].change = planned.change;
      results_[i].differences = std::move(planned.differences);
      const bool waits = request_.start && request_.wait != WaitFor::none;
      if (waits && planned.change == Change::none)
        results_[i].error = vain_wait(context_.hypervisor, *present);
    }
    return std::move(results_);
  }

  std::vector<InstantiatedVm> carry_out() && {
    prepare();
    replace();
    each_vm(vms_at_once, [this](std::size_t index) {
      if (!giving_way(results_[index].name)) converge(index);
    });
    adding_.reset();
    locate_all();
    const auto started = context_.clock.now();
    each_vm(waits_at_once, [&](std::size_t index) { wait_for(index, started); });
    return std::move(results_);
  }

 private:
  VmPlan plan(const DescribedVm& wanted, const std::optional<Vm>& present) const {
    return plan_vm(wanted, present, world_.templates.at(wanted.template_name), request_, context_.caller);
  }

  /// What gives way to the VM; null for nothing.
  const Vm* giving_way(const VmName& name) const {
    const auto found = std::ranges::find(request_.giving_way, name, &Vm::name);
    return found == request_.giving_way.end() ? nullptr : &*found;
  }

  std::vector<DescribedVm> new_vms() const {
    auto vms = request_.vms;
    std::erase_if(vms, [&](const DescribedVm& wanted) {
      const auto there = world_.present.find(wanted.name);
      return there != world_.present.end() && there->second.complete && !giving_way(wanted.name);
    });
    return vms;
  }

  NetworkList networks() const {
    return request_.networks ? *request_.networks : default_networks(context_.hypervisor.place());
  }

  /// Everything that the VMs need in common and that takes long, or may fail, before the first of them is
  /// claimed.
  void prepare() {
    if (new_vms().empty()) return;
    const auto& first_source = world_.templates.at(request_.vms.front().template_name);
    for (const auto& text : context_.keyring.authorized_keys().left_out) context_.reporter.warn(text, "");
    recipe_ = VmRecipe{.networks = networks(),
                       .virt_type = choose_virt_type(context_, request_.virt_type, first_source),
                       .user_data = request_.user_data,
                       .ssh_public_keys = request_.ssh_public_keys,
                       .unconfirmed = request_.keeping ? request_.keeping->run : "",
                       .start = request_.start,
                       .meeting_as_before = groups_that_meet_as_before(world_.vms)};
    if (recipe_->networks.first().kind == NetworkKind::user) recipe_->meetings = meetings();
    open_books(context_, recipe_->networks, addresses_);
  }

  /// A group that is there keeps its point, so that its VMs find the new ones.
  std::map<GroupName, std::optional<MeetingPoint>> meetings() const {
    std::map<GroupName, std::optional<MeetingPoint>> points;
    for (const auto& wanted : request_.vms) {
      if (!points.contains(wanted.group)) points.emplace(wanted.group, meeting_of(wanted.group));
    }
    return points;
  }

  std::optional<MeetingPoint> meeting_of(const GroupName& group) const {
    for (const auto& vm : world_.vms) {
      if (vm.group != group) continue;
      const auto nic =
          std::ranges::find(vm.nics, NetworkKind::group, [](const Nic& one) { return one.network.kind; });
      if (nic != vm.nics.end()) return nic->meeting;
    }
    return context_.keyring.meeting_point_of(group);
  }

  template <class Work>
  void each_vm(std::size_t width, Work&& work) {
    const auto errors = in_parallel(results_.size(), width, [&](std::size_t index) {
      if (!results_[index].error) work(index);
    });
    for (std::size_t i = 0; i < errors.size(); ++i) {
      if (errors[i]) results_[i].error = errors[i];
    }
  }

  void refuse_interrupted(const VmName& name) const {
    if (context_.stop.stop_requested())
      throw Error(ErrorKind::interrupted, fmt::format("VM {} was not begun", name));
  }

  /// One VM after the other, so that a failure leaves at most one without its successor.
  void replace() {
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const auto* const present = giving_way(results_[i].name);
      if (present == nullptr) continue;
      try {
        refuse_interrupted(present->name);
        results_[i].gave_way = true;
        throw_first(remove(context_, {*present}));
        converge(i);
      } catch (const Error& error) {
        results_[i].error = error;
        return;
      }
    }
  }

  void converge(std::size_t index) {
    const auto& wanted = request_.vms[index];
    auto& result = results_[index];
    refuse_interrupted(wanted.name);
    const auto held = context_.locks.acquire(wanted.name.str(), context_.stop, [&] {
      context_.reporter.step(wanted.name.str(), "waiting for another run that works on it");
    });
    result.change = bring_up(wanted, result);
    if (result.change != Change::none) context_.reporter.step(wanted.name.str(), word_for(result.change));
    if (result.change == Change::created && request_.start == StartMode::running)
      context_.reporter.step(wanted.name.str(), "started");
    result.located = LocatedVm{.vm = require_vm(wanted.name)};
  }

  /// By one look at what each network holds.
  void locate_all() {
    Locator locator(context_.hypervisor);
    each_vm(vms_at_once, [&](std::size_t index) {
      auto& located = results_[index].located;
      if (!located) return;
      located = locator.locate(std::move(located->vm));
      remember(context_, in_short(*located));
    });
  }

  /// Gives what it has done.
  Change bring_up(const DescribedVm& wanted, InstantiatedVm& result) {
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) {
      const auto present = context_.hypervisor.find_vm(wanted.name);
      auto planned = plan(wanted, present);
      result.differences = std::move(planned.differences);
      if (planned.change == Change::started &&
          start_vm(context_, wanted.name, *request_.start) == Beginning::was_up) {
        planned.change = Change::none;
      }
      if (planned.change != Change::created) return planned.change;
      try {
        if (present) remove_rest(*present);
        make(wanted);
        return Change::created;
      } catch (const Error& error) {
        // Another user may have claimed the name since we looked, or libvirt did so for a run that was
        // killed.
        const bool claimed = error.kind() == ErrorKind::conflict && context_.hypervisor.find_vm(wanted.name);
        if (!claimed || attempt == attempts) throw;
      }
    }
  }

  /// Of a VM whose making or removal was killed.
  void remove_rest(const Vm& vm) const {
    context_.hypervisor.refresh_volumes();  // it may have run, and have a console log
    remove_vm_parts(context_, vm, disks_that_others_use(context_.hypervisor, {vm}));
  }

  void make(const DescribedVm& wanted) {
    while_doing(fmt::format("making VM {}", cited(wanted.name.str())), [&] {
      if (!recipe_) throw vanished(wanted.name);
      VmMaker(context_, *recipe_, addresses_).make(wanted, world_.templates.at(wanted.template_name));
    });
  }

  static Error vanished(const VmName& name) {
    return {ErrorKind::conflict, fmt::format("VM {} was removed by another run meanwhile", cited(name.str())),
            "Run the command again."};
  }

  Vm require_vm(const VmName& name) const {
    if (auto vm = context_.hypervisor.find_vm(name)) return *std::move(vm);
    throw vanished(name);
  }

  /// A VM that was removed meanwhile is nowhere.
  Readiness readiness_of(InstantiatedVm& result, const WaitRequest& wait) const {
    try {
      return wait_until_ready(context_, wait);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::not_found) result.located.reset();
      throw;
    }
  }

  void wait_for(std::size_t index, Clock::TimePoint started) {
    auto& result = results_[index];
    if (!request_.start || !result.located) return;
    const auto limit = request_.timeout.value_or(default_wait(result.located->vm.virt_type));
    const bool there = result.change == Change::none;
    const WaitRequest wait{.name = result.name,
                           .until = request_.wait,
                           .depth = there ? WaitDepth::host_key : WaitDepth::login,
                           .on_early_panic = there ? OnEarlyPanic::fail : OnEarlyPanic::start_again,
                           .deadline = started + limit,
                           .after_first_boot = result.change == Change::created
                                                   ? power_state_of(request_.user_data)
                                                   : PowerState::other};
    const auto readiness = readiness_of(result, wait);
    if (!readiness.located) return;
    const bool found_only_now = readiness.located->endpoint && !result.located->endpoint;
    result.located = readiness.located;
    if (found_only_now) remember(context_, in_short(*result.located));
  }

  const Context& context_;
  InstantiateRequest request_;
  std::optional<FileLock> adding_;
  World world_;
  /// Nothing where nothing is to be made.
  std::optional<VmRecipe> recipe_;
  AddressBooks addresses_;
  std::vector<InstantiatedVm> results_;
};

}  // namespace

std::optional<Error> first_error(const std::vector<InstantiatedVm>& results) {
  const auto failed =
      std::ranges::count_if(results, [](const auto& result) { return result.error.has_value(); });
  for (const auto& result : results) {
    if (!result.error) continue;
    return failed == 1 ? *result.error
                       : result.error->during(
                             fmt::format("{} of {} VMs failed, the first of them", failed, results.size()));
  }
  return std::nullopt;
}

std::vector<InstantiatedVm> instantiate(const Context& context, const InstantiateRequest& request) {
  Run run(context, request);
  return request.effect == InstantiateRequest::Effect::dry_run ? std::move(run).predict()
                                                               : std::move(run).carry_out();
}

}  // namespace nocloud
