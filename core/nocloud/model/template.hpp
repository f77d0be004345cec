#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nocloud/model/name.hpp"
#include "nocloud/model/owner.hpp"
#include "nocloud/model/quantity.hpp"
#include "nocloud/model/source/checksum.hpp"
#include "nocloud/model/vm.hpp"

namespace nocloud {

/// Where an image was downloaded from.
struct ImageOrigin {
  /// As DownloadUrl::public_str gives it.
  std::string url;
  /// What the download was checked against; nothing where whatever came was taken.
  std::optional<Checksum> checksum = std::nullopt;

  bool operator==(const ImageOrigin&) const = default;
};

/// What VMs are cloned from: an inactive domain `NAME.template` over a read-only image volume named by its
/// digest.
struct Template {
  TemplateName name;
  Owner owner;
  VolumeName base;
  UserName user;
  GuestInit init = GuestInit::cloud_init;
  /// The host key that all clones share; only where `init` is `none`, else empty.
  std::string host_key = {};
  std::optional<DirectBoot> boot = std::nullopt;
  /// Nothing for an image that came from this host: a file of it, or one that was built here.
  std::optional<ImageOrigin> origin = std::nullopt;
  /// What its VMs get unless they say otherwise.
  Memory memory = Memory::of_mib(1024);
  CpuCount cpus = CpuCount::of(1);
  /// What their first disk is grown to; nothing: it is as large as the image's.
  std::optional<DiskSize> disk = std::nullopt;
  /// While another image is being stored in the place of this one: its volumes, which are in use from then
  /// on.
  std::vector<VolumeName> incoming = {};
  /// False until its volumes are there, whole and verified.
  bool complete = false;
  /// As of a VM.
  std::string unconfirmed = {};
  /// The host's choice; empty before the template is defined.
  std::string uuid = {};

  bool operator==(const Template&) const = default;
};

/// The group of the VMs in which templates are changed: `templates`, which is nobody else's.
const GroupName& templates_group();

/// The VM in which a template is changed: of the template's name, '-' for '.'. Throws Error{invalid_input} if
/// that can be no VM's name.
VmName template_vm(const TemplateName& name);

}  // namespace nocloud
