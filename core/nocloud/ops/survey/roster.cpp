#include "nocloud/ops/survey/roster.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/known_file.hpp"
#include "nocloud/ops/ownership.hpp"

namespace nocloud {
namespace {

using nlohmann::json;

/// Who has which UUID; nothing for a domain that is none of nocloud's VMs.
using Known = std::map<std::string, std::optional<Member>>;

/// So many are asked for one by one: beyond that, asking for all at once takes less time.
constexpr std::size_t most_single = 8;

std::optional<Member> member_from(const json& entry) {
  if (entry.is_null()) return std::nullopt;
  return Member{.name = VmName::parse(entry.at("name").get<std::string>()),
                .group = GroupName::parse(entry.at("group").get<std::string>()),
                .owner = owner_from(entry.at("owner"))};
}

std::optional<Known> known_from(const json& entries) {
  Known known;
  for (const auto& [uuid, entry] : entries.items()) known.emplace(uuid, member_from(entry));
  return known;
}

json json_of(const Known& known) {
  json entries = json::object();
  for (const auto& [uuid, member] : known) {
    auto& entry = entries[uuid];
    if (!member) continue;
    entry = {{"name", member->name.str()}, {"group", member->group.str()}, {"owner", json_of(member->owner)}};
  }
  return entries;
}

Member member_of(const VmSummary& vm) {
  return {.name = vm.name, .group = vm.group, .owner = vm.owner};
}

/// Adds what the host says about one, unless its record can't be read: somebody may mend that.
void meet(Hypervisor& hypervisor, const HeldName& stranger, Known& known) {
  try {
    const auto vm = hypervisor.find_vm(stranger.name);
    if (!vm) known.emplace(stranger.uuid, std::nullopt);
    if (vm) known[vm->uuid] = member_of(summary_of(*vm));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_input) throw;
  }
}

void meet_all(Hypervisor& hypervisor, const std::vector<HeldName>& strangers, Known& known) {
  if (strangers.size() > most_single) {
    for (const auto& vm : hypervisor.vm_summaries()) known[vm.uuid] = member_of(vm);
  }
  for (const auto& stranger : strangers) {
    if (!known.contains(stranger.uuid)) meet(hypervisor, stranger, known);
  }
}

}  // namespace

std::vector<Member> roster(const Context& context) {
  const KnownFile file(context.runtime_folder, context.hypervisor.place().uri, "members");
  const auto before = file.recall(known_from).value_or(Known{});
  Known present;
  std::vector<HeldName> strangers;
  for (const auto& held : context.hypervisor.held_names()) {
    const auto known = before.find(held.uuid);
    const bool fits = known != before.end() && (!known->second || known->second->name == held.name);
    if (fits) present.insert(*known);
    if (!fits) strangers.push_back(held);
  }
  meet_all(context.hypervisor, strangers, present);
  if (present.empty()) file.forget();
  if (!present.empty() && present != before) file.keep(json_of(present));
  std::vector<Member> members;
  for (auto& [uuid, member] : present) {
    if (member) members.push_back(*std::move(member));
  }
  std::ranges::sort(members, {}, &Member::name);
  return members;
}

}  // namespace nocloud
