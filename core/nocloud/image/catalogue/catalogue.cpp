#include "nocloud/image/catalogue/catalogue.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/file/trusted_file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> members{"mirror", "image",   "checksums", "signature", "signs",
                                                  "keys",   "signers", "user",      "tried"};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::invalid_input, what);
}

/// One image's object.
class Reader {
 public:
  Reader(const Json& json, const std::optional<std::string>& mirror) : json_(json) {
    if (!json.is_object()) refuse("it is not an object");
    for (const auto& [name, value] : json.items()) {
      if (std::ranges::find(members, name) == members.end()) {
        refuse(fmt::format("it has a member {}; there are {}", cited(name),
                           enumerated({members.begin(), members.end()})));
      }
    }
    mirror_ = mirror ? *mirror : text("mirror").value_or("");
    if (mirror_.empty()) refuse("it names no \"mirror\"");
    if (!mirror_.ends_with('/')) mirror_ += '/';
  }

  PublishedImage read(std::string_view name) const {
    return {.name = TemplateName::parse(name),
            .image = image(),
            .checksums = below("checksums", required("checksums")),
            .signature = signature(),
            .user = UserName::parse(required("user")),
            .tried = json_.contains("tried") && boolean("tried")};
  }

 private:
  std::optional<std::string> text(const char* member) const {
    if (!json_.contains(member)) return std::nullopt;
    if (!json_[member].is_string()) refuse(fmt::format("its \"{}\" is not a string", member));
    return json_[member].get<std::string>();
  }
  std::string required(const char* member) const {
    auto found = text(member);
    if (!found) refuse(fmt::format("it has no \"{}\"", member));
    return *std::move(found);
  }
  bool boolean(const char* member) const {
    if (!json_[member].is_boolean()) refuse(fmt::format("its \"{}\" is neither true nor false", member));
    return json_[member].get<bool>();
  }

  DownloadUrl image() const {
    const auto path = required("image");
    const auto star = path.find('*');
    if (star != std::string::npos && path.find_first_of("*/", star + 1) != std::string::npos) {
      refuse(fmt::format("its \"image\" may have one `*`, in its last part: {}", cited(path)));
    }
    return below("image", path);
  }
  DownloadUrl below(const char* member, const std::string& path) const {
    const auto parts = split(path, '/');
    const bool plain = std::ranges::all_of(
        parts, [](std::string_view part) { return !part.empty() && part != "." && part != ".."; });
    if (!plain || path.find_first_of("?#:") != std::string::npos) {
      refuse(fmt::format("its \"{}\" is no path below the mirror: {}", member, cited(path)));
    }
    return while_doing(fmt::format("its \"{}\"", member), [&] { return DownloadUrl::parse(mirror_ + path); });
  }

  std::optional<PublisherSignature> signature() const {
    const auto where = text("signature");
    if (!where) {
      for (const auto* member : {"signs", "keys", "signers"}) {
        if (json_.contains(member)) refuse(fmt::format("it has \"{}\", but no \"signature\"", member));
      }
      return std::nullopt;
    }
    PublisherSignature signature{.signs = signs(), .url = std::nullopt, .keys = keys(), .signers = signers()};
    if (*where != "within") {
      signature.url = below("signature", *where);
    } else if (signature.signs == PublisherSignature::Signs::image) {
      refuse("its \"signature\" of an image can't be within it");
    }
    if (signature.signers.empty() && std::holds_alternative<DownloadUrl>(signature.keys)) {
      refuse("its \"keys\" are downloaded, so \"signers\" has to say which of them are the publisher's");
    }
    return signature;
  }
  PublisherSignature::Signs signs() const {
    const auto what = text("signs").value_or("checksums");
    if (what == "checksums") return PublisherSignature::Signs::checksums;
    if (what == "image") return PublisherSignature::Signs::image;
    refuse(fmt::format("its \"signs\" is neither checksums nor image: {}", cited(what)));
  }
  std::variant<fs::path, DownloadUrl> keys() const {
    const auto where = required("keys");
    if (where.starts_with('/')) return fs::path(where);
    if (looks_like_url(where)) return DownloadUrl::parse(where);
    return below("keys", where);
  }
  std::vector<Fingerprint> signers() const {
    std::vector<Fingerprint> found;
    if (!json_.contains("signers")) return found;
    const auto& list = json_["signers"];
    if (!list.is_array() || list.empty()) refuse("its \"signers\" is not a list of fingerprints");
    for (const auto& one : list) {
      if (!one.is_string()) refuse("its \"signers\" is not a list of fingerprints");
      found.push_back(Fingerprint::parse(one.get<std::string>()));
    }
    return found;
  }

  const Json& json_;
  std::string mirror_;
};

}  // namespace

std::string PublishedImage::file_name() const {
  const auto& url = image.str();
  return url.substr(url.rfind('/') + 1);
}

DownloadUrl PublishedImage::image_named(std::string_view file) const {
  const auto& url = image.str();
  return DownloadUrl::parse(url.substr(0, url.rfind('/') + 1) + std::string(file));
}

Catalogue read_catalogue(std::string_view text, const std::optional<std::string>& mirror) {
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) refuse("it is not JSON");
  if (!json.is_object()) refuse("it is not an object with a member for each image");
  Catalogue catalogue;
  for (const auto& [name, entry] : json.items()) {
    auto image = while_doing(fmt::format("image {}", cited(name)),
                             [&, &key = name, &value = entry] { return Reader(value, mirror).read(key); });
    catalogue.emplace(image.name, image);
  }
  return catalogue;
}

Catalogue read_catalogues(const CataloguePlaces& places, const std::optional<std::string>& mirror) {
  Catalogue all;
  const auto add = [&](const fs::path& file, const std::optional<std::string>& text) {
    if (!text) return;
    auto read = while_doing(fmt::format("catalogue {}", cited(file.string(), 200)),
                            [&] { return read_catalogue(*text, mirror); });
    read.merge(all);
    all = std::move(read);
  };
  add(places.own, read_file_if_present(places.own, largest_catalogue));
  for (const auto& file : places.others) {
    add(file, read_trusted_file(file, largest_catalogue, places.user));
  }
  return all;
}

}  // namespace nocloud
