#pragma once

#include <chrono>
#include <optional>

#include "nocloud/base/file/file_lock.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/ops/template/make_template.hpp"

namespace nocloud {

struct ChangeTemplateRequest {
  TemplateName name;
  std::optional<NetworkList> networks = std::nullopt;
  std::optional<VirtType> virt_type = std::nullopt;
  /// Nothing: default_wait.
  std::optional<std::chrono::seconds> timeout = std::nullopt;
};

/// A template that somebody changes: in a VM of its own, so that VMs of the template are not touched. Only
/// one at a time can be changed by a caller.
class TemplateInChange {
 public:
  /// Makes the VM be there, up and logged into; goes on with one that was left. Throws Error{not_found} if
  /// there is no such template; Error{conflict} if it is another owner's or is being changed; what
  /// instantiate throws.
  TemplateInChange(const Context& context, const ChangeTemplateRequest& request);

  const LocatedVm& vm() const { return vm_; }

  /// Makes what the VM has become the template's image, without what would make its VMs twins, and removes
  /// the VM. Throws Error{timed_out} if the guest does not power off; what template_from_vm throws. The VM is
  /// there still then.
  TemplateChange keep(std::chrono::seconds grace);

 private:
  const Context& context_;
  FileLock claim_;
  Template template_;
  LocatedVm vm_;
};

/// The template whose VM this is; nothing for all other VMs.
std::optional<TemplateName> template_in_change(const Vm& vm);

}  // namespace nocloud
