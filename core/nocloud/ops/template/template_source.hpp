#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nocloud/image/catalogue/signature.hpp"
#include "nocloud/image/store/image_source.hpp"
#include "nocloud/model/source/checksum.hpp"
#include "nocloud/model/source/download_url.hpp"
#include "nocloud/ops/template/make_template.hpp"

namespace nocloud {

/// What to do where a template is there already.
enum class IfPresent { renew, keep };

/// Whether a whole template of the name, with all its files, is there and is to be kept: then there is
/// nothing to do.
bool keeps_present(const Context& context, const TemplateName& name, IfPresent if_present);

/// What a template is made from.
struct ImportSource {
  /// A stand-alone disk image, qcow2 or raw, also packed: a file of this machine, or where to download one.
  std::variant<std::filesystem::path, DownloadUrl> disk;
  /// What the disk is checked against before anything else is done with it. A download needs one, unless
  /// whatever comes is to be taken.
  std::optional<Checksum> checksum = std::nullopt;
  /// Whose signature the disk has to have, where it is signed itself, before it is looked at.
  std::optional<FileSignature> signature = std::nullopt;
  enum class Unchecked { refuse, take } unchecked = Unchecked::refuse;
  /// Whether an unchecked image that came from the same URL is good enough. A checked one always is.
  IfPresent if_present = IfPresent::renew;
  /// What its VMs boot directly, past their own boot loader.
  std::optional<KernelChoice> kernel = std::nullopt;
};

/// The disk of an ImportSource in a user's word: a URL, or a path, in which "~/" is the user's home. Throws
/// Error{invalid_input} for a URL that can't be downloaded from.
std::variant<std::filesystem::path, DownloadUrl> disk_source(std::string_view word);

/// Verifies the image and makes the template of it. What is there already, with an image of the same checksum
/// from the same URL, is not downloaded again; a dry run downloads nothing. Throws what download,
/// verify_image and make_template throw; Error{usage} if nothing says what a download has to be.
TemplateChange import_template(const Context& context, const MakeTemplateRequest& request,
                               const ImportSource& source);

struct BuildRequest {
  TemplateName name;
  /// One of buildable(data).
  std::string recipe;
  /// nocloud's own data on this machine.
  std::filesystem::path data;
  BuildChoices choices = {};
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  IfPresent if_present = IfPresent::renew;
  /// As of MakeTemplateRequest.
  std::optional<Keeping> keeping = std::nullopt;
};

/// Builds an image by a recipe and makes the template of it. Throws Error{not_found} for an unknown recipe.
TemplateChange build_template(const Context& context, const BuildRequest& request);

}  // namespace nocloud
