#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/ops/make_template.hpp"

namespace nocloud {

/// Files of this machine that a template is made from.
struct ImportFiles {
  /// A stand-alone disk image, qcow2 or raw.
  std::filesystem::path disk;
  /// What its VMs boot directly, past their own boot loader.
  struct Kernel {
    std::filesystem::path kernel;
    std::filesystem::path initrd;
    std::string command_line;
  };
  std::optional<Kernel> kernel = std::nullopt;
};

/// Verifies the files and makes the template of them. Throws what verify_image and make_template throw.
TemplateChange import_template(const Context& context, const MakeTemplateRequest& request,
                               const ImportFiles& files);

struct BuildRequest {
  TemplateName name;
  /// One of buildable(data).
  std::string recipe;
  /// nocloud's own data on this machine.
  std::filesystem::path data;
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  /// What to do where the template is there already.
  enum class IfPresent { rebuild, keep } if_present = IfPresent::rebuild;
};

/// Builds an image by a recipe and makes the template of it. Throws Error{not_found} for an unknown recipe.
TemplateChange build_template(const Context& context, const BuildRequest& request);

/// The recipes there are, sorted.
std::vector<std::string> buildable(const std::filesystem::path& data);

}  // namespace nocloud
