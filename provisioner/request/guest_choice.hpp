#pragma once

#include <optional>
#include <string>

#include "nocloud/model/vm.hpp"
#include "nocloud/ops/template/template_source.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud {

/// Who logs in on an image's guests, and what configures them.
struct GuestChoice {
  UserName user;
  GuestInit init = GuestInit::cloud_init;
  std::string host_key = {};
};

/// --user, --init and --host-key. Throws Error{usage} for one of the latter two without the other.
GuestChoice guest_from(const Invocation& invocation);

/// --kernel, --initrd and --cmdline; nothing without any. Throws Error{usage} if one is missing.
std::optional<KernelChoice> kernel_from(const Invocation& invocation);

}  // namespace nocloud
