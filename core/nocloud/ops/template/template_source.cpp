#include "nocloud/ops/template/template_source.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/missing_images.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

enum class Readers { owner, everybody };

TemplateChange import_file(const Context& context, const MakeTemplateRequest& request,
                           const ImportSource& source, PrivateFile file, Readers readers) {
  if (source.signature) {
    require_signature(file.path(), *source.signature, context.stop);
    context.reporter.step(request.name.str(), "authenticity: signed by its publisher");
  }
  auto kernel = source.kernel ? std::optional(verify_kernel(*source.kernel, context.stop)) : std::nullopt;
  auto image = verify_image(std::move(file), std::move(kernel), context.stop);
  if (readers == Readers::everybody) image.disk.access = NewVolume::Access::everybody_reads;
  if (request.init == GuestInit::none) {
    context.reporter.warn(
        fmt::format("all VMs of template {} will share one SSH host key: the image's", request.name), "");
  }
  return make_template(context, request, image);
}

/// What can be said without the image; nothing if it has to be looked at.
std::optional<TemplateChange> change_without_image(const Context& context, const MakeTemplateRequest& request,
                                                   const ImportSource& source) {
  std::optional<VerifiedImage::Kernel> kernel;
  if (source.kernel) kernel = verify_kernel(*source.kernel, context.stop);
  const auto change = foresee_template(context, request, kernel);
  const bool same_disk = source.checksum || source.if_present == IfPresent::keep;
  const bool is_there = change == TemplateChange::none && same_disk;
  if (is_there || request.effect == MakeTemplateRequest::Effect::dry_run) return change;
  return std::nullopt;
}

DownloadWatch watch_of(const Context& context, const MakeTemplateRequest& request) {
  return {
      .on_progress = [&](std::uint64_t done,
                         std::uint64_t total) { context.reporter.progress(request.name.str(), done, total); },
      .on_wait = [&] { context.reporter.step(request.name.str(), "waiting for another run's download"); },
      .stop = context.stop};
}

TemplateChange import_download(const Context& context, MakeTemplateRequest request,
                               const ImportSource& source, const DownloadUrl& url) {
  if (!source.checksum && source.unchecked == ImportSource::Unchecked::refuse) {
    throw Error(ErrorKind::usage, "a download needs a checksum: sha256:HEX or sha512:HEX",
                "Its publisher shows it beside the image; `insecure` takes whatever comes.");
  }
  request.origin = ImageOrigin{.url = url.public_str(), .checksum = source.checksum};
  if (const auto change = change_without_image(context, request, source)) return *change;
  const auto file = download(context.downloads, url, source.checksum, watch_of(context, request));
  // What takes a password to download is not for everybody on the host either.
  const auto readers = url.public_str() == url.str() ? Readers::everybody : Readers::owner;
  return while_doing(fmt::format("{} as a template", cited(request.origin->url, 200)), [&] {
    auto taken = PrivateFile::taken(file.path(), context.stop);
    if (source.checksum && taken.is_copy()) require_checksum(taken.path(), *source.checksum, context.stop);
    return import_file(context, request, source, std::move(taken), readers);
  });
}

}  // namespace

bool keeps_present(const Context& context, const TemplateName& name, IfPresent if_present) {
  if (if_present == IfPresent::renew) return false;
  const auto present = context.hypervisor.find_template(name);
  return present && present->complete && MissingImages(context.hypervisor).of(*present).empty();
}

std::variant<fs::path, DownloadUrl> disk_source(std::string_view word) {
  if (looks_like_url(word)) return DownloadUrl::parse(word);
  return user_path(word);
}

TemplateChange import_template(const Context& context, const MakeTemplateRequest& request,
                               const ImportSource& source) {
  if (const auto* url = std::get_if<DownloadUrl>(&source.disk)) {
    return import_download(context, request, source, *url);
  }
  const auto& path = std::get<fs::path>(source.disk);
  auto file = PrivateFile::copy_of(path, context.stop);
  if (source.checksum) {
    while_doing(cited(path.string()), [&] { require_checksum(file.path(), *source.checksum, context.stop); });
  }
  return import_file(context, request, source, std::move(file), Readers::owner);
}

TemplateChange build_template(const Context& context, const BuildRequest& request) {
  if (keeps_present(context, request.name, request.if_present)) return TemplateChange::none;
  const auto built = build_image(request.recipe, request.data, request.choices, context.stop);
  const MakeTemplateRequest wanted{.name = request.name,
                                   .user = built.user,
                                   .init = built.init,
                                   .memory = request.memory,
                                   .cpus = request.cpus,
                                   .keeping = request.keeping};
  return make_template(context, wanted, built.image);
}

}  // namespace nocloud
