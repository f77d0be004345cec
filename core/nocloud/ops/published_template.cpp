#include "nocloud/ops/published_template.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/checksum_list.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// Signatures and keyrings of many keys; no more is read.
constexpr std::size_t largest_keyring = std::size_t{16} << 20U;

std::string text_at(const Context& context, const DownloadUrl& url, std::size_t limit) {
  const auto file = download(context.downloads, url, std::nullopt, {.stop = context.stop});
  return while_doing(cited(url.public_str(), 200), [&] { return read_file(file.path(), limit); });
}

std::string keyring_of(const Context& context, const ListSignature& signature) {
  if (const auto* url = std::get_if<DownloadUrl>(&signature.keys)) {
    return text_at(context, *url, largest_keyring);
  }
  return read_file(std::get<fs::path>(signature.keys), largest_keyring);
}

/// The list, if it is the publisher's.
std::string genuine_list(const Context& context, const PublishedImage& image) {
  const auto& url = image.checksums;
  if (!image.signature && !url.str().starts_with("https://")) {
    throw Error(
        ErrorKind::invalid_input,
        fmt::format("nothing proves that {} is its publisher's: it is not signed, and does not come by https",
                    cited(url.public_str(), 200)),
        "Name an https mirror; or download by `--import URL --checksum …`.");
  }
  auto list = text_at(context, url, checksum_list_limit);
  if (!image.signature) {
    context.reporter.step(image.name.str(), "authenticity: https only");
    return list;
  }
  SignedText signed_list{.text = std::move(list), .signature = std::nullopt};
  if (image.signature->url)
    signed_list.signature = text_at(context, *image.signature->url, checksum_list_limit);
  auto verified = while_doing(cited(url.public_str(), 200), [&] {
    return verified_text(signed_list, keyring_of(context, *image.signature), image.signature->signers,
                         context.stop);
  });
  context.reporter.step(image.name.str(), "authenticity: signed by its publisher");
  return verified;
}

}  // namespace

TemplateChange import_published(const Context& context, const PublishedTemplateRequest& request) {
  if (keeps_present(context, request.name, request.if_present)) return TemplateChange::none;
  const auto& image = request.image;
  const auto list = genuine_list(context, image);
  const auto checksum = while_doing(cited(image.checksums.public_str(), 200),
                                    [&] { return listed_checksum(list, image.file_name()); });
  return import_template(
      context, {.name = request.name, .user = image.user, .memory = request.memory, .cpus = request.cpus},
      {.disk = image.image, .checksum = checksum});
}

}  // namespace nocloud
