#include "nocloud/ops/survey/survey.hpp"

#include <set>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/known_summaries.hpp"
#include "nocloud/ops/survey/unreadable_vm.hpp"

namespace nocloud {
namespace {

template <class V>
std::vector<Located<V>> located_of(std::vector<V> vms, const Context& context, const VmFilter& filter,
                                   OthersVms& others) {
  Locator locator(context.hypervisor);
  std::vector<Located<V>> found;
  OthersVms not_accepted;
  for (auto& vm : vms) {
    const bool wanted = vm.complete && (!filter.group || vm.group == *filter.group) &&
                        (!filter.type || vm.type == *filter.type) &&
                        (filter.state == StateFilter::all || vm.state == VmState::running);
    if (!wanted) continue;
    if (filter.owner.accepts(vm.owner, context.caller)) {
      found.push_back(locator.locate(std::move(vm)));
    } else {
      not_accepted.add(vm.owner);
    }
  }
  // Whoever names an owner wants no others, unless the name is wrong.
  if (filter.owner.kind == OwnerFilter::Kind::caller || found.empty()) others = not_accepted;
  return found;
}

/// Unreadable VMs in the states that are asked for. `readable` are all others, whoever has them.
template <class V>
std::vector<Unreadable> unreadable_besides(const std::vector<V>& readable, const Context& context,
                                           StateFilter state) {
  std::set<std::string> known;
  for (const auto& vm : readable) known.insert(vm.uuid);
  auto unreadable = context.hypervisor.unreadable(known);
  std::erase_if(unreadable, [&](const Unreadable& found) {
    return found.kind != Unreadable::Kind::vm ||
           (state == StateFilter::running && found.state != VmState::running);
  });
  return unreadable;
}

}  // namespace

OwnerFilter OwnerFilter::parse(std::string_view text) {
  if (text == "any") return {.kind = Kind::any};
  constexpr std::size_t longest = 512;
  const bool fits = !text.empty() && text.size() <= longest &&
                    text.find_first_of("/:") == std::string_view::npos && printable(text) == text &&
                    trimmed(text) == text;
  if (fits) return {.kind = Kind::user, .user = std::string(text)};
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no owner", cited(text)),
              "Say any, a login, or an owner as messages name it: eva@desk.");
}

StateFilter state_filter_from(std::string_view word) {
  if (word == "running") return StateFilter::running;
  if (word == "all") return StateFilter::all;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no choice of states", cited(word)),
              "Say running or all.");
}

bool OwnerFilter::accepts(const Owner& owner, const Owner& caller) const {
  if (kind == Kind::any) return true;
  if (kind == Kind::caller) return owner == caller;
  return owner.user == user || printable(owner.str()) == user;
}

const std::map<VmName, Ipv4Address>& Locator::claims_on(const std::string& network) {
  const std::lock_guard lock(mutex_);
  const auto known = claims_.find(network);
  if (known != claims_.end()) return known->second;
  std::map<VmName, Ipv4Address> claims;
  if (const auto found = hypervisor_.find_network(NetworkName::parse(network))) {
    for (const auto& claim : found->claims) claims.emplace(claim.name, claim.address);
  }
  return claims_.emplace(network, std::move(claims)).first->second;
}

template <class V>
Located<V> Locator::located(V vm) {
  Located<V> located{.vm = std::move(vm)};
  if (located.vm.nics.empty()) return located;
  const Nic& nic = located.vm.nics.front();
  const auto place = hypervisor_.place();
  Endpoint endpoint{.host = "", .via = place.via, .via_key = place.via_key};
  switch (nic.network.kind) {
    case NetworkKind::nat: {
      const auto& claims = claims_on(nic.network.name);
      if (const auto claim = claims.find(located.vm.name); claim != claims.end()) located.ip = claim->second;
      break;
    }
    case NetworkKind::bridge:
      if (located.vm.state == VmState::running)
        located.ip = hypervisor_.find_address(located.vm.name, nic.mac);
      break;
    case NetworkKind::user:
    case NetworkKind::group:
      break;
  }
  if (nic.network.kind == NetworkKind::user && nic.port) {
    endpoint.host = "127.0.0.1";
    endpoint.port = *nic.port;
    located.endpoint = endpoint;
  } else if (located.ip) {
    endpoint.host = located.ip->str();
    located.endpoint = endpoint;
  }
  return located;
}

LocatedVm Locator::locate(Vm vm) {
  return located(std::move(vm));
}

LocatedSummary Locator::locate(VmSummary vm) {
  return located(std::move(vm));
}

LocatedSummary in_short(const LocatedVm& located) {
  return {.vm = summary_of(located.vm), .ip = located.ip, .endpoint = located.endpoint};
}

Survey full_survey(const Context& context, const VmFilter& filter) {
  auto vms = context.hypervisor.vms();
  Survey found{.unreadable = unreadable_besides(vms, context, filter.state)};
  found.vms = located_of(std::move(vms), context, filter, found.others);
  return found;
}

std::vector<LocatedVm> survey(const Context& context, const VmFilter& filter) {
  auto found = full_survey(context, filter);
  warn_of(context.reporter, found.unreadable);
  return std::move(found.vms);
}

std::vector<LocatedSummary> survey_in_short(const Context& context, const VmFilter& filter) {
  OthersVms others;
  return survey_in_short(context, filter, others);
}

std::vector<LocatedSummary> survey_in_short(const Context& context, const VmFilter& filter,
                                            OthersVms& others) {
  auto vms = known_summaries(context);
  warn_of(context.reporter, unreadable_besides(vms, context, filter.state));
  return located_of(std::move(vms), context, filter, others);
}

void warn_of(Reporter& reporter, const std::vector<Unreadable>& unreadable) {
  for (const auto& found : unreadable) reporter.warn(found.error.message(), found.error.hint());
}

void require_accepted(const Vm& vm, const OwnerFilter& owner, const Owner& caller) {
  if (owner.accepts(vm.owner, caller)) return;
  const auto what = "VM " + cited(vm.name.str());
  const auto remedy =
      fmt::format("To act on it all the same, give nocloud's commands `{}`.", owner_option(vm.owner));
  if (owner.kind == OwnerFilter::Kind::caller) throw another_owner(what, vm.owner, caller, remedy);
  throw Error(
      ErrorKind::conflict,
      fmt::format("{} belongs to {}, not to {}", what, printable(vm.owner.str()), printable(owner.user)),
      remedy);
}

LocatedVm find_one(const Context& context, const VmName& name, const OwnerFilter& owner) {
  auto vm = context.hypervisor.find_vm(name);
  if (!vm) refuse_unreadable(context.hypervisor, name.str());
  if (!vm || !vm->complete) {
    throw Error(ErrorKind::not_found, fmt::format("there is no VM {}", cited(name.str())),
                "`vminventory` shows those that run, `vmrunning --state all` all of them.");
  }
  require_accepted(*vm, owner, context.caller);
  return Locator(context.hypervisor).locate(*std::move(vm));
}

SshPeer peer_of(const LocatedSummary& located, const std::filesystem::path& identity) {
  if (!located.endpoint) {
    throw Error(ErrorKind::unavailable,
                fmt::format("the address of VM {} is not known", cited(located.vm.name.str())),
                "On a bridge it is found once the guest has used it; try again when it has booted.");
  }
  return {.endpoint = *located.endpoint,
          .host_key = located.vm.host_key,
          .user = located.vm.user,
          .identity = identity};
}

}  // namespace nocloud
