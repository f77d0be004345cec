#include "nocloud/ops/template/published_template.hpp"

#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/source/checksum_list.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// Signatures and keyrings of many keys; no more is read.
constexpr std::size_t largest_keyring = std::size_t{16} << 20U;

std::string text_at(const Context& context, const DownloadUrl& url, std::size_t limit) {
  const auto file = download(context.downloads, url, std::nullopt, {.stop = context.stop});
  return while_doing(cited(url.public_str(), 200), [&] { return read_file(file.path(), limit); });
}

std::string keyring_of(const Context& context, const PublisherSignature& signature) {
  if (const auto* url = std::get_if<DownloadUrl>(&signature.keys)) {
    return text_at(context, *url, largest_keyring);
  }
  return read_file(std::get<fs::path>(signature.keys), largest_keyring);
}

std::string signed_list(const Context& context, const PublishedImage& image) {
  const auto& signature = *image.signature;
  SignedText list{.text = text_at(context, image.checksums, checksum_list_limit), .signature = std::nullopt};
  if (signature.url) list.signature = text_at(context, *signature.url, checksum_list_limit);
  auto verified = while_doing(cited(image.checksums.public_str(), 200), [&] {
    return verified_text(list, keyring_of(context, signature), signature.signers, context.stop);
  });
  context.reporter.step(image.name.str(), "authenticity: signed by its publisher");
  return verified;
}

std::string unsigned_list(const Context& context, const PublishedImage& image) {
  const auto& url = image.checksums;
  if (!url.str().starts_with("https://")) {
    throw Error(
        ErrorKind::invalid_input,
        fmt::format("nothing proves that {} is its publisher's: it is not signed, and does not come by https",
                    cited(url.public_str(), 200)),
        "Name an https mirror; or download by `--import URL --checksum …`.");
  }
  auto list = text_at(context, url, checksum_list_limit);
  context.reporter.step(image.name.str(), "authenticity: https only");
  return list;
}

/// The image with what it has to be, as far as that can be known without it.
ImportSource source_of(const Context& context, const PublishedImage& image) {
  std::string list;
  std::optional<FileSignature> signature;
  if (!image.signature) {
    list = unsigned_list(context, image);
  } else if (image.signature->signs == PublisherSignature::Signs::checksums) {
    list = signed_list(context, image);
  } else {
    list = text_at(context, image.checksums, checksum_list_limit);
    signature = {.signature = text_at(context, *image.signature->url, largest_keyring),
                 .keyring = keyring_of(context, *image.signature),
                 .signers = image.signature->signers};
  }
  const auto file = while_doing(cited(image.checksums.public_str(), 200),
                                [&] { return listed_file(list, image.file_name()); });
  return {.disk = image.image_named(file.name), .checksum = file.checksum, .signature = std::move(signature)};
}

}  // namespace

TemplateChange import_published(const Context& context, const PublishedTemplateRequest& request) {
  if (keeps_present(context, request.name, request.if_present)) return TemplateChange::none;
  return import_template(
      context,
      {.name = request.name, .user = request.image.user, .memory = request.memory, .cpus = request.cpus},
      source_of(context, request.image));
}

}  // namespace nocloud
