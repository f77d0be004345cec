#pragma once

#include <optional>
#include <string>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

struct ConnectRequest {
  VmName name;
  OwnerFilter owner = {};
  /// Where given, the VM must be in this group and type.
  std::optional<GroupName> group = std::nullopt;
  std::optional<TypeName> type = std::nullopt;
  /// Nothing: default_wait.
  std::optional<std::chrono::seconds> timeout = std::nullopt;
};

/// Makes the VM be up and logged into: starts it if it is down, waits until SSH answers with its host key,
/// and makes `ssh` know it. Throws what wait_until_ready throws.
LocatedVm connect(const Context& context, const ConnectRequest& request);

}  // namespace nocloud
