#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// A domain as it is, as nocloud made it by its record, and as nocloud would make it now.
struct DomainChange {
  std::string_view present;
  std::string_view before;
  std::string_view after;
};

/// The domain with what `after` changes of `before`; all else stays as it is, whoever changed it. Parts are
/// whole top-level elements. The <metadata> is that of `after`. Throws Error{conflict} if the change would
/// take away a device, or an argument of QEMU, that nocloud did not give it.
std::string changed_domain(const DomainChange& change);

}  // namespace nocloud
