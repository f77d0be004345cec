#include "provisioner/request/guest_choice.hpp"

#include "nocloud/base/file/file.hpp"
#include "nocloud/ssh/keys/image_host_key.hpp"

namespace nocloud {

GuestChoice guest_from(const Invocation& invocation) {
  GuestChoice guest{.user = invocation.parsed("user", UserName::parse).value_or(UserName::parse("debian")),
                    .init = invocation.parsed("init", guest_init_from).value_or(GuestInit::cloud_init),
                    .host_key = invocation.parsed("host-key", image_host_key_from).value_or("")};
  if ((guest.init == GuestInit::none) != invocation.has("host-key")) {
    refuse_usage(
        "--init none and --host-key come together: clones can only be verified by the key in the image");
  }
  return guest;
}

std::optional<KernelChoice> kernel_from(const Invocation& invocation) {
  if (!invocation.has("kernel") && !invocation.has("initrd") && !invocation.has("cmdline"))
    return std::nullopt;
  if (!invocation.has("kernel") || !invocation.has("initrd")) {
    refuse_usage("--kernel, --initrd and --cmdline come together");
  }
  return KernelChoice{.kernel = user_path(*invocation.value("kernel")),
                      .initrd = user_path(*invocation.value("initrd")),
                      .command_line = invocation.value("cmdline").value_or("")};
}

}  // namespace nocloud
