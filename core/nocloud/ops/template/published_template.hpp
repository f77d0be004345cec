#pragma once

#include <optional>

#include "nocloud/image/catalogue/catalogue.hpp"
#include "nocloud/ops/template/template_source.hpp"

namespace nocloud {

struct PublishedTemplateRequest {
  TemplateName name;
  PublishedImage image;
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  /// To keep asks no server; to renew asks for the publisher's newest.
  IfPresent if_present = IfPresent::keep;
};

/// Makes a template of a published image: by the checksum that its publisher's list gives, once the signature
/// of the list, or of the image, is found good. Throws what import_template does; Error{invalid_input} if
/// nothing proves where the list comes from; Error{not_found} if it does not name the image.
TemplateChange import_published(const Context& context, const PublishedTemplateRequest& request);

}  // namespace nocloud
