#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "contract/adapter.hpp"
#include "nocloud/base/error.hpp"

namespace nocloud::test {

/// What every implementation of the Hypervisor port does alike.
class Contract : public testing::TestWithParam<AdapterKind> {
 protected:
  void SetUp() override;

  Hypervisor& host() { return adapter_->hypervisor(); }
  Adapter& world() { return *adapter_; }
  /// Why a case can't run here; empty if it can.
  std::string_view lacks(std::string_view call) const { return adapter_->lacks(call); }

  VmName vm_name(std::string_view stem) const;
  TemplateName template_name(std::string_view stem) const;
  VolumeName volume_name(std::string_view stem) const;
  NetworkName network_name() const;

  /// A VM without NICs, kept small.
  VmDefinition definition_of(std::string_view stem) const;
  Template template_of(std::string_view stem) const;
  /// Defines a VM and makes all that it is started from.
  std::string make_vm(const VmDefinition& definition);
  /// A network that nobody uses yet.
  NetworkPlan network_plan();
  void fill(const VolumeName& name, std::string_view content);

 private:
  std::unique_ptr<Adapter> adapter_;
};

/// The kind of Error that the call throws, or nothing.
template <class Call>
std::optional<ErrorKind> error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

}  // namespace nocloud::test
