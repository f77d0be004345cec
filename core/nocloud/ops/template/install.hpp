#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "nocloud/model/answers.hpp"
#include "nocloud/ops/template/make_template.hpp"

namespace nocloud {

/// Where a person looks at the installer, and what is asked for there; no password where who may open the
/// socket may look.
struct InstallScreen {
  ScreenPlace place;
  std::string password = {};
  /// From where that holds, when it is not this machine, and the key file to get there: as HostPlace has
  /// them.
  std::string via = {};
  std::string via_key = {};
};

struct InstallRequest {
  /// Of the template, and of the VM that it is installed in.
  VmName name;
  Memory memory = Memory::of_mib(512);
  CpuCount cpus = CpuCount::of(2);
  DiskSize disk = DiskSize::of_gib(10);
  /// Who logs in on the template's VMs, and what configures them.
  UserName user;
  GuestInit init = GuestInit::cloud_init;
  std::string host_key = {};
  /// What the installer is started from: its kernel, its ISO image, or its kernel with the image in the
  /// drive.
  std::optional<KernelChoice> kernel = std::nullopt;
  std::optional<std::filesystem::path> medium = std::nullopt;
  /// Nothing: a person answers, who is told where by `on_screen`.
  std::optional<Answers> answers = std::nullopt;
  std::function<void(const InstallScreen&)> on_screen = [](const InstallScreen&) {};
  std::optional<NetworkList> networks = std::nullopt;
  std::optional<VirtType> virt_type = std::nullopt;
  /// From the start of the guest, or of looking at it again; nothing: default_install_limit, and a day for a
  /// person.
  std::optional<std::chrono::seconds> timeout = std::nullopt;
};

/// The group of VMs that a template is being installed in.
GroupName installing_group();

/// An hour; emulated four.
std::chrono::seconds default_install_limit(VirtType type);

/// Makes a template by a distribution's own installer: in a VM of nocloud's with an empty disk, which ends
/// when its guest powers off, or reboots, and goes when its disk has become the template. One that is there
/// already is left alone. What a killed run left is looked at again while the guest runs; one that is down is
/// begun anew unless its end was seen, or started again for a person. Throws Error{conflict} if another has
/// the name; Error{timed_out} and Error{failed} with the last lines of the console, and Error{interrupted},
/// which leave the VM for a look.
TemplateChange install(const Context& context, const InstallRequest& request);

}  // namespace nocloud
