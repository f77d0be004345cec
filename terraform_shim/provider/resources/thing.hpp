#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/ops/context.hpp"

namespace nocloud::terraform {

/// What a resource has, or is to have, on the host.
struct Thing {
  enum class Kind { vm, source, network } kind;
  std::string name;
  /// Empty while it is only planned.
  std::string uuid = {};
  /// The name of the group whose resource has this VM; empty for what is a resource by itself.
  std::string group = {};
};

/// What has a name on the host.
struct Holder {
  std::string uuid = {};
  /// As in a VM's record.
  std::string unconfirmed = {};
  enum class Whose { own, others, foreign } whose = Whose::own;
  /// USER@HOST; empty for what nocloud did not make, and for networks.
  std::string owner = {};
  /// Who asks, in the same words.
  std::string caller = {};
  /// Of a VM.
  std::string group = {};
};

/// What has the name of the thing; nothing if it is free.
std::optional<Holder> holder_of(const Context& context, const Thing& thing);

/// Records the run that has yet to confirm the thing; empty confirms it. Leaves another of its name alone.
/// Networks have no such record.
void set_unconfirmed(const Context& context, const Thing& thing, const std::string& run);

/// A destroy plans first what would be made, and so meets conflicts of names that do not concern it.
constexpr std::string_view destroy_all_the_same =
    "`terraform destroy -refresh=false` removes what the state holds, whatever has this name.";

/// "VM 'web00'".
std::string description_of(const Thing& thing);

/// The thing's name is taken: by whom, and what to do about it.
Error name_conflict(const Thing& thing, const Holder& holder);

}  // namespace nocloud::terraform
