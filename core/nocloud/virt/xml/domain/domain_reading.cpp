#include "nocloud/virt/xml/domain/domain_reading.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/xml/domain/domain_record.hpp"
#include "nocloud/virt/xml/domain/record_parts.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

pugi::xml_node record_of(pugi::xml_node domain, const char* uri) {
  for (const auto node : domain.child("metadata").children()) {
    if (namespace_of(node) == uri) return node;
  }
  return {};
}

template <class Number>
Number number(std::string_view text, std::string_view what) {
  if (const auto parsed = parse_number<Number>(text)) return *parsed;
  throw Error(ErrorKind::invalid_input, fmt::format("{} {} is no number", what, cited(text)));
}

/// libvirt writes memory in KiB, we in MiB.
Memory memory_of(pugi::xml_node domain) {
  const auto node = domain.child("memory");
  const auto amount = number<std::uint64_t>(node.child_value(), "the memory");
  return Memory::of_mib(node.attribute("unit").value() == std::string_view("MiB") ? amount : amount / 1024);
}

CpuCount cpus_of(pugi::xml_node domain) {
  return CpuCount::of(number<std::uint64_t>(domain.child_value("vcpu"), "the number of CPUs"));
}

bool complete(pugi::xml_node record) {
  const auto found = record.attribute("complete");
  return found && is_yes(found.value(), "complete");
}

/// A newer release raises the version where this one would misread the record.
void require_known_version(pugi::xml_node record) {
  const auto found = record.attribute("version");
  if (!found || number<unsigned>(found.value(), "the record's version") <= record_version) return;
  throw Error(ErrorKind::invalid_input, fmt::format("it has version {}, and this release knows {} at most",
                                                    found.value(), record_version));
}

Owner owner_of(pugi::xml_node record) {
  const auto node = part(record, "owner");
  Owner owner{.user = attribute(node, "user"),
              .host = attribute(node, "host"),
              .machine = attribute_or_nothing(node, "machine")};
  if (const auto uid = attribute_or_nothing(node, "uid"); !uid.empty()) {
    owner.uid = number<std::uint32_t>(uid, "the owner's uid");
  }
  const auto place = attribute_or_nothing(node, "place");
  if (place == "hypervisor") owner.place = Owner::Place::at_hypervisor;
  if (place.empty() || place == "hypervisor") return owner;
  throw Error(ErrorKind::invalid_input, fmt::format("the owner's place is {}", cited(place)));
}

/// Nothing if the VM stands alone.
std::optional<VolumeName> base_of(pugi::xml_node record) {
  const auto node = part_or_nothing(record, "base");
  if (!node) return std::nullopt;
  return VolumeName::parse(attribute(node, "volume"));
}

std::vector<VolumeName> incoming_of(pugi::xml_node record) {
  std::vector<VolumeName> volumes;
  for (const auto node : parts(record, "incoming")) {
    volumes.push_back(VolumeName::parse(attribute(node, "volume")));
  }
  return volumes;
}

std::optional<DirectBoot> boot_of(pugi::xml_node record) {
  const auto node = part_or_nothing(record, "boot");
  if (!node) return std::nullopt;
  return DirectBoot{.kernel = VolumeName::parse(attribute(node, "kernel")),
                    .initrd = VolumeName::parse(attribute(node, "initrd")),
                    .command_line = attribute(node, "command-line")};
}

std::optional<ImageOrigin> origin_of(pugi::xml_node record) {
  const auto node = part_or_nothing(record, "origin");
  if (!node) return std::nullopt;
  ImageOrigin origin{.url = attribute(node, "url")};
  const auto checksum = attribute_or_nothing(node, "checksum");
  if (!checksum.empty()) origin.checksum = Checksum::parse(checksum);
  return origin;
}

std::string digest_of(pugi::xml_node guest) {
  auto digest = attribute_or_nothing(guest, "user-data-sha256");
  const bool fits = is_hex(digest, 64);
  if (digest.empty() || fits) return digest;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no SHA-256", cited(digest)));
}

std::vector<DiskSize> disks_of(pugi::xml_node record) {
  std::vector<DiskSize> disks;
  for (const auto node : parts(record, "disk")) {
    disks.push_back(DiskSize::of_gib(number<std::uint64_t>(attribute(node, "gib"), "the disk's size")));
  }
  return disks;
}

Nic nic_of(pugi::xml_node node) {
  Nic nic{.network = NetworkChoice::parse(attribute(node, "network")),
          .mac = MacAddress::parse(attribute(node, "mac"))};
  const auto port = attribute_or_nothing(node, "port");
  if (!port.empty()) nic.port = number<std::uint16_t>(port, "the port");
  if (nic.port == 0) throw Error(ErrorKind::invalid_input, "port 0 is no port to connect to");
  const auto address = attribute_or_nothing(node, "address");
  if (!address.empty()) nic.address = Ipv4Address::parse(address);
  const auto meeting = attribute_or_nothing(node, "meeting");
  if (!meeting.empty()) nic.meeting = MeetingPoint::parse(meeting);
  return nic;
}

std::vector<Nic> nics_of(pugi::xml_node record) {
  std::vector<Nic> nics;
  for (const auto node : parts(record, "nic")) nics.push_back(nic_of(node));
  networks_of(nics);  // throws for what nobody can have asked for
  return nics;
}

std::optional<Installation> installation_of(pugi::xml_node record) {
  const auto node = part_or_nothing(record, "installation");
  if (!node) return std::nullopt;
  return Installation{.medium = is_yes(attribute(node, "medium"), "medium"),
                      .seed = is_yes(attribute(node, "seed"), "seed"),
                      .screen = screen_from(attribute(node, "screen"))};
}

VmSummary summary_in(std::string_view domain_name, pugi::xml_node record) {
  require_known_version(record);
  const auto guest = part(record, "guest");
  return {.name = VmName::parse(domain_name),
          .group = GroupName::parse(attribute(record, "group")),
          .type = TypeName::parse(attribute(record, "type")),
          .template_name = TemplateName::parse(attribute(record, "template")),
          .owner = owner_of(record),
          .user = UserName::parse(attribute(guest, "user")),
          .init = guest_init_from(attribute(guest, "init")),
          .host_key = attribute_or_nothing(guest, "host-key"),
          .nics = nics_of(record),
          .complete = complete(record)};
}

/// What a summary leaves out: a record is readable as a whole or not at all.
void require_readable_rest(pugi::xml_node record) {
  digest_of(part(record, "guest"));
  base_of(record);
  disks_of(record);
  boot_of(record);
  installation_of(record);
}

Vm vm_of(pugi::xml_node domain, pugi::xml_node record) {
  auto known = summary_in(domain.child_value("name"), record);
  return {VmDefinition{.name = std::move(known.name),
                       .group = std::move(known.group),
                       .type = std::move(known.type),
                       .template_name = std::move(known.template_name),
                       .owner = std::move(known.owner),
                       .user = std::move(known.user),
                       .init = known.init,
                       .host_key = std::move(known.host_key),
                       .user_data_sha256 = digest_of(part(record, "guest")),
                       .virt_type = virt_type_from(attribute(domain, "type")),
                       .memory = memory_of(domain),
                       .cpus = cpus_of(domain),
                       .base = base_of(record),
                       .disks = disks_of(record),
                       .boot = boot_of(record),
                       .nics = std::move(known.nics),
                       .installation = installation_of(record),
                       .complete = known.complete,
                       .unconfirmed = attribute_or_nothing(record, "unconfirmed")},
          domain.child_value("uuid")};
}

Template template_of(pugi::xml_node domain, pugi::xml_node record) {
  require_known_version(record);
  const auto guest = part(record, "guest");
  const auto disks = disks_of(record);
  const auto name = template_of_domain(domain.child_value("name"));
  if (!name) throw Error(ErrorKind::invalid_input, "its name is not that of a template");
  return {.name = *name,
          .owner = owner_of(record),
          .base = VolumeName::parse(attribute(part(record, "base"), "volume")),
          .user = UserName::parse(attribute(guest, "user")),
          .init = guest_init_from(attribute(guest, "init")),
          .host_key = attribute_or_nothing(guest, "host-key"),
          .boot = boot_of(record),
          .origin = origin_of(record),
          .memory = memory_of(domain),
          .cpus = cpus_of(domain),
          .disk = disks.empty() ? std::nullopt : std::optional(disks.front()),
          .incoming = incoming_of(record),
          .complete = complete(record),
          .unconfirmed = attribute_or_nothing(record, "unconfirmed"),
          .uuid = domain.child_value("uuid")};
}

/// A record that says it all: it is whole, but its domain has another name.
class RenamedDomain : public Error {
 public:
  using Error::Error;
};

/// A VM's volumes and claims have the name that it was made with.
void refuse_renamed(std::string_view domain_name, pugi::xml_node record) {
  const std::string_view made_as = record.attribute("name").value();
  if (made_as.empty() || made_as == domain_name) return;
  throw RenamedDomain(
      ErrorKind::invalid_input,
      fmt::format("the domain {} was renamed: it is the VM {}, whose disks have that name",
                  cited(domain_name), cited(made_as)),
      fmt::format("Give it its name back: `virsh shutdown {0}`, then `virsh domrename {0} {1}`. Until then "
                  "nocloud leaves it alone.",
                  printable(domain_name), printable(made_as)));
}

/// What `read` gives, or an error that says how a user gets out of a record that was broken.
template <class Read>
auto reading_record(std::string_view domain_name, const Read& read) {
  try {
    return read();
  } catch (const RenamedDomain&) {
    throw;
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("nocloud's record in the domain {} can't be read: {}", cited(domain_name),
                            error.message()),
                "A newer nocloud has written it, or another program has changed it. Update nocloud, or mend "
                "the domain's <metadata> with `virsh edit`. Until then nocloud leaves it alone.");
  }
}

/// Reads what nocloud keeps in a domain of its own.
template <class Read>
auto read_domain(std::string_view xml, const char* uri, const Read& read)
    -> std::optional<decltype(read(pugi::xml_node{}, pugi::xml_node{}))> {
  const auto document = parsed_xml(xml, "what libvirt says of a domain");
  const auto domain = document.child("domain");
  const auto record = record_of(domain, uri);
  if (!record) return std::nullopt;
  const std::string_view name = domain.child_value("name");
  return reading_record(name, [&] {
    refuse_renamed(name, record);
    return read(domain, record);
  });
}

}  // namespace

std::optional<Vm> vm_from_domain(std::string_view domain_xml) {
  return read_domain(domain_xml, vm_record_uri, vm_of);
}

std::string vm_made_as(std::string_view domain_xml) {
  const auto document = parsed_xml(domain_xml, "what libvirt says of a domain");
  return record_of(document.child("domain"), vm_record_uri).attribute("name").value();
}

VmSummary vm_summary_from_record(std::string_view domain_name, std::string_view record_xml) {
  return reading_record(domain_name, [&] {
    const auto document = parsed_xml(record_xml, "the record");
    const auto record = document.document_element();
    refuse_renamed(domain_name, record);
    auto summary = summary_in(domain_name, record);
    require_readable_rest(record);
    return summary;
  });
}

std::optional<Template> template_from_domain(std::string_view domain_xml) {
  return read_domain(domain_xml, template_record_uri, template_of);
}

}  // namespace nocloud
