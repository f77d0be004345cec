#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/file/known_file.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/virt/domain_folder.hpp"

namespace nocloud {

using Names = std::set<std::string>;

/// What a shell was told that asked a host for names of a kind, to be told again without asking the host
/// while none of its domains has changed. Only for hosts of this machine that let the caller see when that
/// was.
class ToldNames {
 public:
  /// The kind is vms, groups, types or templates.
  ToldNames(const std::filesystem::path& runtime_folder, const std::string& uri, std::string_view kind);

  /// Nothing as well if a name of them is none of this kind: somebody else wrote the file.
  std::optional<Names> recall() const;

  /// When the host's domains changed for the last time; nothing if that was so short a time ago that another
  /// change could leave the same time behind. Ask before asking the host.
  std::optional<std::int64_t> settled_change() const;
  /// Keeps what the host has answered since; what it has, has to be there as files, too, else its libvirt
  /// is not this machine's. Where that is not certain, nothing is kept.
  void keep(const Names& names, std::optional<std::int64_t> settled, const std::vector<VmName>& vms,
            const std::vector<TemplateName>& templates) const;

 private:
  std::string kind_;
  std::optional<DomainFolder> folder_;
  KnownFile file_;
};

}  // namespace nocloud
