#include "nocloud/ops/survey/known_summaries.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "nocloud/base/file/known_file.hpp"
#include "nocloud/ops/ownership.hpp"
#include "nocloud/virt/domain_folder.hpp"

namespace nocloud {
namespace {

using nlohmann::json;

/// By UUID; nothing for a domain that is no VM of nocloud's, or whose record can't be read.
using Records = std::map<std::string, std::optional<VmSummary>>;

json json_of(const Nic& nic) {
  json entry{{"network", nic.network.str()}, {"mac", nic.mac.str()}};
  if (nic.port) entry["port"] = *nic.port;
  if (nic.address) entry["address"] = nic.address->str();
  if (nic.meeting) entry["meeting"] = nic.meeting->str();
  return entry;
}

Nic nic_from(const json& entry) {
  Nic nic{.network = NetworkChoice::parse(entry.at("network").get_ref<const std::string&>()),
          .mac = MacAddress::parse(entry.at("mac").get_ref<const std::string&>())};
  if (entry.contains("port")) nic.port = entry["port"].get<std::uint16_t>();
  if (entry.contains("address"))
    nic.address = Ipv4Address::parse(entry["address"].get_ref<const std::string&>());
  if (entry.contains("meeting")) {
    nic.meeting = MeetingPoint::parse(entry["meeting"].get_ref<const std::string&>());
  }
  return nic;
}

json json_of(const VmSummary& vm) {
  auto nics = json::array();
  for (const auto& nic : vm.nics) nics.push_back(json_of(nic));
  return {{"name", vm.name.str()},      {"group", vm.group.str()},
          {"type", vm.type.str()},      {"template", vm.template_name.str()},
          {"owner", json_of(vm.owner)}, {"user", vm.user.str()},
          {"init", word_for(vm.init)},  {"host_key", vm.host_key},
          {"nics", std::move(nics)},    {"complete", vm.complete}};
}

VmSummary summary_from(const std::string& uuid, const json& entry) {
  const auto text = [&](const char* name) -> const std::string& {
    return entry.at(name).get_ref<const std::string&>();
  };
  VmSummary vm{.name = VmName::parse(text("name")),
               .group = GroupName::parse(text("group")),
               .type = TypeName::parse(text("type")),
               .template_name = TemplateName::parse(text("template")),
               .owner = owner_from(entry.at("owner")),
               .user = UserName::parse(text("user")),
               .init = guest_init_from(text("init")),
               .host_key = text("host_key"),
               .complete = entry.at("complete"),
               .uuid = uuid};
  for (const auto& nic : entry.at("nics")) vm.nics.push_back(nic_from(nic));
  return vm;
}

/// What was kept when the host's domains had last changed at that time; nothing if that was at another time.
std::optional<Records> records_from(const json& kept, std::int64_t settled) {
  if (kept.at("settled").get<std::int64_t>() != settled) return std::nullopt;
  Records known;
  for (const auto& [uuid, entry] : kept.at("vms").items()) {
    known.emplace(uuid, entry.is_null() ? std::nullopt : std::optional(summary_from(uuid, entry)));
  }
  return known;
}

json json_of(const Records& records, std::int64_t settled) {
  auto vms = json::object();
  for (const auto& [uuid, vm] : records) vms[uuid] = vm ? json_of(*vm) : json();
  return {{"settled", settled}, {"vms", std::move(vms)}};
}

/// Those that are there now; nothing if there is one that is not known.
std::optional<std::vector<VmSummary>> by_heart(const Records& known, const std::vector<HeldName>& present) {
  std::vector<VmSummary> vms;
  for (const auto& held : present) {
    const auto found = known.find(held.uuid);
    if (found == known.end()) return std::nullopt;
    if (!found->second) continue;
    if (found->second->name != held.name) return std::nullopt;
    vms.push_back(*found->second);
    vms.back().state = held.state;
  }
  return vms;
}

/// Whether all of them are among the domains of this machine's libvirt, as far as its files tell.
bool are_here(const DomainFolder& folder, const std::vector<VmSummary>& vms) {
  std::vector<std::string> domains;
  for (const auto& vm : vms) domains.push_back(vm.name.str());
  return !domains.empty() && folder.has(domains);
}

}  // namespace

std::vector<VmSummary> known_summaries(const Context& context) {
  const auto uri = context.hypervisor.place().uri;
  const auto folder = DomainFolder::of(uri);
  const auto settled = folder ? folder->settled_change() : std::nullopt;
  if (!settled) return context.hypervisor.vm_summaries();
  const KnownFile file(context.runtime_folder, uri, "vms");
  const auto present = context.hypervisor.held_names();
  if (const auto known = file.recall([&](const json& kept) { return records_from(kept, *settled); })) {
    if (auto vms = by_heart(*known, present)) return *std::move(vms);
  }
  auto vms = context.hypervisor.vm_summaries();
  if (!are_here(*folder, vms)) return vms;
  Records now;
  for (const auto& held : present) now.emplace(held.uuid, std::nullopt);
  for (const auto& vm : vms) now[vm.uuid] = vm;
  file.keep(json_of(now, *settled));
  return vms;
}

}  // namespace nocloud
