#include "nocloud/ops/converge/host_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/plan.hpp"
#include "nocloud/ops/host/virt_type.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/vm/kept_disks.hpp"
#include "nocloud/seed/seed.hpp"

namespace nocloud {
namespace {

/// Every machine type takes so many.
constexpr unsigned always_offered = 16;

std::set<VolumeName> disks_of(const DescribedVm& wanted) {
  std::set<VolumeName> disks{overlay_of(wanted.name)};
  for (std::size_t i = 0; i < wanted.shape.disks.size(); ++i) disks.insert(disk_of(wanted.name, i + 1));
  return disks;
}

/// Asks the host once: for the VM that has the most.
void check_cpus(const Context& context, const std::vector<DescribedVm>& made,
                const std::map<TemplateName, Template>& templates, std::optional<VirtType> virt_type) {
  const auto cpus_of = [&](const DescribedVm& wanted) {
    return wanted.shape.cpus.value_or(templates.at(wanted.template_name).cpus);
  };
  const auto& largest = *std::ranges::max_element(made, {}, cpus_of);
  try {
    require_cpus(context, cpus_of(largest), virt_type);
  } catch (const Error& error) {
    throw at_template(largest, error.during(fmt::format("VM {}", cited(largest.name.str()))));
  }
}

}  // namespace

void require_memory(const Context& context, Memory wanted) {
  const auto most = context.hypervisor.host().memory;
  if (wanted <= most) return;
  throw Error(ErrorKind::unavailable, fmt::format("{} MB of memory are more than the host has", wanted.mib()),
              fmt::format("It has {} MB.", most.mib()));
}

void require_cpus(const Context& context, CpuCount wanted, std::optional<VirtType> virt_type) {
  if (wanted.count() <= always_offered) return;
  auto& hypervisor = context.hypervisor;
  if (!virt_type) virt_type = hypervisor.host().offers_kvm ? VirtType::kvm : VirtType::qemu;
  const auto most = hypervisor.most_cpus(*virt_type);
  if (!most || wanted.count() <= *most) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("{} CPUs are more than a VM of this host can have", wanted.count()),
              fmt::format("Ask for {} at most.", *most));
}

void check_host(const Context& context, const InstantiateRequest& request,
                const std::vector<DescribedVm>& made, const std::map<TemplateName, Template>& templates) {
  if (made.empty()) return;
  auto& hypervisor = context.hypervisor;
  check_templates(hypervisor, made, templates);
  check_networks(context, request.networks ? *request.networks : default_networks(hypervisor.place()));
  require_virt_type(context, request.virt_type);
  check_cpus(context, made, templates, request.virt_type);
  require_seed_room();
  for (const auto& wanted : made) {
    if (!hypervisor.find_vm(wanted.name)) refuse_kept_disks(hypervisor, wanted.name, disks_of(wanted));
  }
}

}  // namespace nocloud
