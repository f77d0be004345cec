#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nocloud/base/file/file_rights.hpp"
#include "nocloud/image/catalogue/signature.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/model/source/download_url.hpp"

namespace nocloud {

/// How a publisher signs its list of checksums, or the image itself.
struct PublisherSignature {
  enum class Signs { checksums, image } signs = Signs::checksums;
  /// Of the signature beside what it signs; nothing where it is within the list.
  std::optional<DownloadUrl> url;
  /// Where the publisher's keys are: a keyring of this machine, or a download.
  std::variant<std::filesystem::path, DownloadUrl> keys;
  /// Who of them may sign. A download has to hold one of these; of a keyring without any, all may.
  std::vector<Fingerprint> signers;
};

/// An image that somebody publishes, under a name.
struct PublishedImage {
  TemplateName name;
  /// Where it is. One `*` in the last part stands for what the list of checksums has there.
  DownloadUrl image;
  /// A list of checksums that names the image by the last part of its URL.
  DownloadUrl checksums;
  /// Nothing where the publisher signs nothing: then it is as genuine as its https server is.
  std::optional<PublisherSignature> signature;
  UserName user;
  /// Whether the makers of this entry have seen it work.
  bool tried = false;

  /// The last part of the image's URL.
  std::string file_name() const;
  /// The image's URL with this as its last part.
  DownloadUrl image_named(std::string_view file) const;
};

using Catalogue = std::map<TemplateName, PublishedImage>;

/// The most that a catalogue may be: 1 MiB.
inline constexpr std::size_t largest_catalogue = std::size_t{1} << 20U;

/// Reads an object in JSON with a member for each image: {"NAME": {"mirror": URL, "image": "PATH/FILE",
/// "checksums": "PATH/FILE", "signature": "PATH/FILE"|"within", "signs": "checksums"|"image",
/// "keys": "PATH/FILE"|URL|"/keyring", "signers": [FINGERPRINT…], "user": LOGIN, "tried": BOOLEAN}}. Paths
/// are below the mirror, which `mirror`, if given, replaces. Throws Error{invalid_input} that names the
/// member at fault; nothing is passed over.
Catalogue read_catalogue(std::string_view text, const std::optional<std::string>& mirror = {});

struct CataloguePlaces {
  /// What comes with nocloud, and is trusted as its programs are.
  std::filesystem::path own;
  /// Those of the administrator and the user.
  std::vector<std::filesystem::path> others = {};
  /// As read_trusted_file() takes it.
  std::optional<FileUser> user = {};
};

/// Those of several files, where they are there; what a later one names replaces an earlier one's. Throws as
/// read_catalogue() does, and as read_trusted_file() for the others: a catalogue says whose keys count.
Catalogue read_catalogues(const CataloguePlaces& places, const std::optional<std::string>& mirror = {});

}  // namespace nocloud
