#include "nocloud/ops/roster.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/ops/known_file.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Who has which UUID; nothing for a domain that is none of nocloud's VMs.
using Known = std::map<std::string, std::optional<Member>>;

/// So many are asked for one by one: beyond that, asking for all at once takes less time.
constexpr std::size_t most_single = 8;
constexpr std::size_t largest_bytes = 16U << 20U;

std::optional<Member> member_from(const json& entry) {
  if (entry.is_null()) return std::nullopt;
  return Member{.name = VmName::parse(entry.at("name").get<std::string>()),
                .group = GroupName::parse(entry.at("group").get<std::string>()),
                .owner = {.user = entry.at("user"), .host = entry.at("host")}};
}

/// Nothing if the file is not there, or not what we wrote.
Known remembered(const fs::path& file) {
  try {
    const auto text = read_file_if_present(file, largest_bytes);
    Known known;
    if (!text) return known;
    const auto entries = json::parse(*text);
    for (const auto& [uuid, entry] : entries.items()) known.emplace(uuid, member_from(entry));
    return known;
  } catch (const json::exception&) {
    return {};
  } catch (const Error&) {
    return {};
  }
}

void write(const fs::path& file, const Known& known) {
  json entries = json::object();
  for (const auto& [uuid, member] : known) {
    auto& entry = entries[uuid];
    if (!member) continue;
    entry = {{"name", member->name.str()},
             {"group", member->group.str()},
             {"user", member->owner.user},
             {"host", member->owner.host}};
  }
  make_folder(file.parent_path(), 0700);
  write_file(file, entries.dump(-1, ' ', false, json::error_handler_t::replace), 0600);
}

/// Without a place to write, the next one asks again.
void remember(const fs::path& file, const Known& known) {
  try {
    known.empty() ? remove_file(file) : write(file, known);
  } catch (const Error&) {
    return;
  }
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
  const auto file = known_file(context.runtime_folder, context.hypervisor.place().uri, "members");
  const auto before = remembered(file);
  Known present;
  std::vector<HeldName> strangers;
  for (const auto& held : context.hypervisor.held_names()) {
    const auto known = before.find(held.uuid);
    const bool fits = known != before.end() && (!known->second || known->second->name == held.name);
    if (fits) present.insert(*known);
    if (!fits) strangers.push_back(held);
  }
  meet_all(context.hypervisor, strangers, present);
  if (present != before) remember(file, present);
  std::vector<Member> members;
  for (auto& [uuid, member] : present) {
    if (member) members.push_back(*std::move(member));
  }
  std::ranges::sort(members, {}, &Member::name);
  return members;
}

}  // namespace nocloud
