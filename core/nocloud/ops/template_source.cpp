#include "nocloud/ops/template_source.hpp"

#include <fmt/format.h>

#include "nocloud/image/image_source.hpp"

namespace nocloud {

TemplateChange import_template(const Context& context, const MakeTemplateRequest& request,
                               const ImportFiles& files) {
  std::optional<KernelChoice> kernel;
  if (files.kernel) kernel = {files.kernel->kernel, files.kernel->initrd, files.kernel->command_line};
  const auto image = verify_image(files.disk, kernel, context.stop);
  if (request.init == GuestInit::none) {
    context.reporter.warn(
        fmt::format("all VMs of template {} will share one SSH host key: the image's", request.name), "");
  }
  return make_template(context, request, image);
}

TemplateChange build_template(const Context& context, const BuildRequest& request) {
  if (request.if_present == BuildRequest::IfPresent::keep) {
    const auto present = context.hypervisor.find_template(request.name);
    if (present && present->complete) return TemplateChange::none;
  }
  const auto built = build_image(request.recipe, request.data, context.stop);
  const MakeTemplateRequest wanted{.name = request.name,
                                   .user = built.user,
                                   .init = built.init,
                                   .memory = request.memory,
                                   .cpus = request.cpus};
  return make_template(context, wanted, built.image);
}

std::vector<std::string> buildable(const std::filesystem::path& data) {
  return recipes(data);
}

}  // namespace nocloud
