#include "nocloud/ops/converge/ensure_group.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/parallel.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/change_vm.hpp"
#include "nocloud/ops/converge/host_check.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/vm/kept_disks.hpp"
#include "nocloud/ops/vm/stop.hpp"

namespace nocloud {
namespace {

using Takes = Difference::Takes;

/// Works out a plan, one wanted VM after the other.
class Planning {
 public:
  Planning(const Context& context, const GroupRequest& request) : context_(context), request_(request) {
    plan_.before = vms_to_stop(context, {.group = request.group});
    for (const auto& vm : plan_.before) present_.emplace(vm.name, vm);
  }

  GroupPlan run() {
    auto forecast = request_.wanted;
    forecast.effect = InstantiateRequest::Effect::dry_run;
    auto results = instantiate(context_, forecast);
    for (std::size_t i = 0; i < results.size(); ++i) add(request_.wanted.vms[i], results[i]);
    for (auto& result : results) {
      if (goes_down(result.name)) result.error.reset();
    }
    plan_.failure = first_error(results);
    refuse_misfits();
    check_host();
    for (const auto& [name, vm] : present_) {  // what is left of them is not wanted
      (is_removed(vm) ? plan_.removed : plan_.after).push_back(vm);
    }
    std::ranges::sort(plan_.after, {}, &Vm::name);
    return std::move(plan_);
  }

 private:
  /// Of a VM that is not wanted.
  bool is_removed(const Vm& vm) const {
    const auto& keeping = request_.wanted.keeping;
    return request_.others == GroupRequest::Others::remove && (!keeping || keeping->known.contains(vm.uuid));
  }

  /// Whether what stands in its way now goes before it is waited for.
  bool goes_down(const VmName& name) const {
    const auto has = [&](const std::vector<Vm>& vms) {
      return std::ranges::find(vms, name, &Vm::name) != vms.end();
    };
    return has(plan_.recreated) || has(plan_.stopped);
  }

  void add(const DescribedVm& wanted, const InstantiatedVm& result) {
    const auto present = present_.extract(wanted.name);
    if (result.change == Change::created) return make(wanted);
    const bool misfit = !texts_of(result.differences, Takes::recreation).empty();
    if (misfit && request_.misfit == Misfit::recreate) {
      plan_.recreated.push_back(present.mapped());
      return make(wanted);
    }
    note(plan_.tolerated, result, Takes::nothing);
    note(misfits_, result, Takes::recreation);
    auto after = with_changes(present.mapped(), wanted);
    if (change(wanted, result, present.mapped()) || result.change == Change::started) {
      ++plan_.brought_up;
      after.state = VmState::running;
    }
    plan_.after.push_back(std::move(after));
  }

  void make(const DescribedVm& wanted) {
    ++plan_.brought_up;
    made_.push_back(wanted);
    plan_.after.push_back(foreseen_vm(context_, with_defaults(request_.wanted, request_.defaults), wanted,
                                      template_of(wanted.template_name)));
  }

  /// Whether the VM is powered off for it.
  bool change(const DescribedVm& wanted, const InstantiatedVm& result, const Vm& present) {
    if (texts_of(result.differences, Takes::stop).empty()) return false;
    const bool interrupted =
        result.change != Change::started && request_.interruption == Interruption::accept;
    if (interrupted) {
      if (const auto lost = lost_files(context_.hypervisor, present)) throw Error(*lost);
      plan_.stopped.push_back(present);
    }
    if (interrupted || result.change == Change::started) {
      plan_.changed.push_back(wanted);
    } else {
      note(running_, result, Takes::stop);
    }
    return interrupted;
  }

  static void note(std::vector<std::string>& place, const InstantiatedVm& result, Takes takes) {
    for (const auto& text : texts_of(result.differences, takes)) {
      place.push_back(fmt::format("VM {}: {}", result.name, text));
    }
  }

  /// Before anything is stopped or removed. The forecast has not looked at what those need that give way to
  /// others, nor at the defaults.
  void check_host() const {
    const auto making = with_defaults(request_.wanted, request_.defaults);
    nocloud::check_host(context_, making, made_, templates_);
    require_room_for_vms(context_, made_.size(), plan_.recreated.size());
    for (const auto& wanted : plan_.changed) {
      const auto present = std::ranges::find(plan_.before, wanted.name, &Vm::name);
      if (wanted.shape.cpus) require_cpus(context_, *wanted.shape.cpus, present->virt_type);
      refuse_kept_further_disks(context_.hypervisor, *present, wanted.shape);
    }
  }

  void refuse_misfits() const {
    if (!misfits_.empty()) {
      throw Error(
          ErrorKind::conflict,
          fmt::format("what is there can't be changed into what is described: {}", enumerated(misfits_)),
          "Only other VMs in their place can be: remove them first, or ask for their re-creation (recreate), "
          "which gives their data up.");
    }
    if (!running_.empty()) {
      throw Error(ErrorKind::conflict,
                  fmt::format("VMs that are up can't be changed: {}", enumerated(running_)),
                  "Stop them first: they are changed before they are started again.");
    }
  }

  const Template& template_of(const TemplateName& name) {
    const auto known = templates_.find(name);
    if (known != templates_.end()) return known->second;
    auto found = context_.hypervisor.find_template(name);
    if (!found) {  // the forecast has seen it
      throw Error(ErrorKind::conflict, fmt::format("template {} was removed meanwhile", cited(name.str())));
    }
    return templates_.emplace(name, *std::move(found)).first->second;
  }

  const Context& context_;
  const GroupRequest& request_;
  GroupPlan plan_;
  std::vector<DescribedVm> made_;
  std::map<VmName, Vm> present_;
  std::map<TemplateName, Template> templates_;
  std::vector<std::string> misfits_;
  std::vector<std::string> running_;
};

/// What has failed may have cut its power before.
void adopt(EnsuredGroup& result, const std::vector<StoppedVm>& outcome) {
  for (const auto& vm : outcome) result.changed |= vm.changed || vm.error;
  throw_first(outcome);
}

void carry_out(const Context& context, const GroupRequest& request, const GroupPlan& plan,
               EnsuredGroup& result) {
  if (!plan.removed.empty()) adopt(result, remove(context, plan.removed));
  adopt(result, stop(context, {.grace = request.grace}, plan.stopped));
  std::vector<char> changed(plan.changed.size());
  const auto errors = in_parallel(plan.changed.size(), vms_at_once, [&](std::size_t index) {
    changed[index] = change_vm(context, plan.changed[index]) ? 1 : 0;
  });
  result.changed |= std::ranges::count(changed, 1) > 0;
  throw_first(errors);
  auto making = with_defaults(request.wanted, request.defaults);
  making.giving_way = plan.recreated;
  const auto made = instantiate(context, making);
  for (const auto& vm : made) result.changed |= vm.gave_way || vm.change != Change::none;
  result.error = first_error(made);
}

}  // namespace

GroupPlan plan_group(const Context& context, const GroupRequest& request) {
  return Planning(context, request).run();
}

EnsuredGroup ensure_group(const Context& context, const GroupRequest& request, const GroupPlan& plan) {
  EnsuredGroup result;
  try {
    carry_out(context, request, plan, result);
  } catch (const Error& error) {
    result.error = error;
  }
  return result;
}

}  // namespace nocloud
