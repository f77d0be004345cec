#include "terraform_shim/provider/resources/making.hpp"

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/quantity.hpp"
#include "nocloud/ops/vm/user_data.hpp"

namespace nocloud::terraform {
namespace {

void check_user_data(const Value& value) {
  if (value.get_ref<const std::string&>().size() <= largest_user_data) return;
  throw Error(ErrorKind::invalid_input, "it is too large",
              fmt::format("{} bytes are the most.", largest_user_data));
}

}  // namespace

Attribute name_attribute(std::string description, void (*check)(const Value& value)) {
  return {.name = "name",
          .description = std::move(description),
          .source = Attribute::Source::required,
          .on_change = Attribute::OnChange::replace,
          .check = check};
}

Attribute memory_attribute() {
  return {.name = "memory",
          .type = "number",
          .description = "Memory in MB. By default the template's.",
          .source = Attribute::Source::either,
          .check = check_number<Memory::of_mib>};
}

Attribute cpus_attribute() {
  return {.name = "cpus",
          .type = "number",
          .description = "Number of CPUs. By default the template's.",
          .source = Attribute::Source::either,
          .check = check_number<CpuCount::of>};
}

Attribute disks_attribute() {
  return {
      .name = "disks",
      .type = Value::array({"list", "number"}),
      .description =
          "Sizes in GB of further, empty disks beside the template's. Disks grow, and are added behind those "
          "there are, in place; to take one away or to have it smaller forces replacement.",
      .source = Attribute::Source::either,
      .default_value = Value::array(),
      .check = check_number<DiskSize::of_gib>,
      .most = most_disks};
}

std::vector<Attribute> making_attributes() {
  return {{.name = "user_data",
           .description = "cloud-init user-data, which a guest reads at its first boot only.",
           .secrecy = Attribute::Secrecy::secret,
           .check = check_user_data},
          {.name = "wait_for",
           .description =
               "What must be reached for an apply to succeed: `none`, `address`, an answer over `ssh` with "
               "the host key verified and a login, or the end of `cloud-init`.",
           .source = Attribute::Source::either,
           .default_value = "ssh",
           .check = check_text<wait_for_from>},
          {.name = "timeout",
           .type = "number",
           .description =
               "Seconds for that. By default 120, or 600 for emulated guests. Also how long another run that "
               "works on it is waited for, before a destroy, too; by default an hour.",
           .check = check_number<seconds_of>}};
}

Attribute networks_attribute() {
  return {.name = "networks",
          .type = Value::array({"list", "string"}),
          .description =
              "Where VMs are put, with a NIC on each: `nat`, `nat=NAME` for a libvirt network, `user` for "
              "user-mode networking with a forwarded SSH port, `user=restricted` for the same without a way "
              "to the host or beyond, `bridge=NAME`. They are reached by the first; "
              "`user` can be no other.",
          .check = check_text<NetworkChoice::parse_chosen>,
          .most = NetworkList::most};
}

Attribute virt_type_attribute() {
  return {.name = "virt_type",
          .description = "`kvm`, or `qemu` for emulation.",
          .check = check_text<virt_type_from>};
}

std::vector<DiskSize> disks_of(const Fields& fields) {
  std::vector<DiskSize> disks;
  for (const auto size : fields.numbers("disks").value_or(std::vector<std::uint64_t>())) {
    disks.push_back(while_doing("disks", [&] { return DiskSize::of_gib(size); }));
  }
  return disks;
}

std::optional<NetworkList> networks_of(const Fields& fields) {
  const auto words = fields.texts("networks");
  if (words.empty()) return std::nullopt;
  return while_doing("networks", [&] { return NetworkList::of_words(words); });
}

std::optional<VirtType> virt_type_of(const Fields& fields) {
  return fields.parsed("virt_type", virt_type_from);
}

WaitFor wait_of(const Fields& fields) {
  return fields.parsed("wait_for", wait_for_from).value_or(WaitFor::ssh);
}

std::optional<std::chrono::seconds> timeout_of(const Session& session, const Fields& fields) {
  if (auto given = fields.counted("timeout", seconds_of)) return given;
  return session.timeout;
}

Value user_data_digest(const Value& user_data) {
  if (!user_data.is_string()) return user_data.is_null() ? Value() : unknown();
  const auto& text = user_data.get_ref<const std::string&>();
  return text.empty() ? Value() : Value(hex(bytes_of(sha256(text))));
}

}  // namespace nocloud::terraform
