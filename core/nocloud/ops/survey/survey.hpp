#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "nocloud/model/vm.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/ownership.hpp"
#include "nocloud/ssh/endpoint.hpp"

namespace nocloud {

/// Whose VMs are meant.
struct OwnerFilter {
  enum class Kind { caller, user, any } kind = Kind::caller;
  /// The login, or login and host as Owner::str() has them; for `user` only.
  std::string user = {};

  /// "any", any login that a host may have, or an owner as messages print it. Throws Error{invalid_input}.
  static OwnerFilter parse(std::string_view text);
  bool accepts(const Owner& owner, const Owner& caller) const;
};

enum class StateFilter { running, all };
/// "running" or "all". Throws Error{invalid_input}.
StateFilter state_filter_from(std::string_view word);

struct VmFilter {
  std::optional<GroupName> group = std::nullopt;
  std::optional<TypeName> type = std::nullopt;
  OwnerFilter owner = {};
  StateFilter state = StateFilter::running;
};

/// A VM, in full or in short, and how it is reached.
template <class V>
struct Located {
  V vm;
  /// The guest's own first address; nothing if none is known (yet).
  std::optional<Ipv4Address> ip = std::nullopt;
  /// Where SSH answers; nothing if that is not known (yet).
  std::optional<Endpoint> endpoint = std::nullopt;
};

using LocatedVm = Located<Vm>;
using LocatedSummary = Located<VmSummary>;

LocatedSummary in_short(const LocatedVm& located);

/// Finds out where VMs are, reading each network only once. Safe to call from several threads.
class Locator {
 public:
  explicit Locator(Hypervisor& hypervisor) : hypervisor_(hypervisor) {}
  LocatedVm locate(Vm vm);
  LocatedSummary locate(VmSummary vm);

 private:
  template <class V>
  Located<V> located(V vm);
  const std::map<VmName, Ipv4Address>& claims_on(const std::string& network);

  Hypervisor& hypervisor_;
  /// Of what follows; what is there once is not changed any more.
  std::mutex mutex_;
  std::map<std::string, std::map<VmName, Ipv4Address>> claims_;
};

/// What there is. VMs are sorted by name; incomplete ones are left out.
struct Survey {
  /// Those that the filter accepts.
  std::vector<LocatedVm> vms = {};
  /// Those that are left out only because they are not the caller's, where the caller's are meant.
  OthersVms others = {};
  /// Those that it might accept: of an unreadable VM only the state is known.
  std::vector<Unreadable> unreadable = {};
};
Survey full_survey(const Context& context, const VmFilter& filter);

/// The VMs that the filter accepts. Warns of the unreadable ones.
std::vector<LocatedVm> survey(const Context& context, const VmFilter& filter);
/// The same in short, for half the time.
std::vector<LocatedSummary> survey_in_short(const Context& context, const VmFilter& filter);
std::vector<LocatedSummary> survey_in_short(const Context& context, const VmFilter& filter,
                                            OthersVms& others);

/// Warns of VMs that are unreadable, and says what to do.
void warn_of(Reporter& reporter, const std::vector<Unreadable>& unreadable);

/// Throws Error{conflict} naming the owner unless the filter accepts it.
void require_accepted(const Vm& vm, const OwnerFilter& owner, const Owner& caller);

/// The VM of this name. Throws Error{not_found}, or Error{conflict} naming the owner if the filter does not
/// accept it.
LocatedVm find_one(const Context& context, const VmName& name, const OwnerFilter& owner);

/// The peer that SSH has to meet at this VM, to whom we come with the key `identity`. Throws
/// Error{unavailable} while it is not known where it answers.
SshPeer peer_of(const LocatedSummary& located, const std::filesystem::path& identity);

}  // namespace nocloud
