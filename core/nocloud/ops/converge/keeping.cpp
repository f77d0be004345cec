#include "nocloud/ops/converge/keeping.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"

namespace nocloud {

void check_known(const Keeping& keeping, const std::string& uuid, std::string_view thing) {
  if (keeping.known.contains(uuid)) return;
  throw Error(
      ErrorKind::conflict, fmt::format("there is a {} already", thing),
      "Another run made it. Remove it, or choose another name. To keep it, take the resource out of the "
      "state (`terraform state rm ADDRESS`), then import it.");
}

}  // namespace nocloud
