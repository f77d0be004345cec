#pragma once

#include <optional>
#include <vector>

#include "nocloud/virt/libvirt/domain/domains.hpp"

namespace nocloud {

/// nocloud's templates among libvirt's domains.
class LibvirtTemplates {
 public:
  LibvirtTemplates(const Connection& connection, LibvirtHost& host) : connection_(connection), host_(host) {}

  std::vector<Template> all();
  std::optional<Template> find(const TemplateName& name);
  void define(const Template& definition);
  void redefine(const Template& definition);
  bool undefine(const TemplateName& name);

 private:
  /// Null if there is none, or if it is somebody else's domain.
  DomainHandle lookup(const TemplateName& name);

  const Connection& connection_;
  LibvirtHost& host_;
};

}  // namespace nocloud
