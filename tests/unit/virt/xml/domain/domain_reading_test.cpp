#include "nocloud/virt/xml/domain/domain_reading.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/xml/domain/domain_record.hpp"
#include "unit/virt/definitions.hpp"

namespace nocloud::test {
namespace {

/// The text with each `from` made `to`.
std::string having(std::string text, std::string_view from, std::string_view to) {
  EXPECT_NE(text.find(from), std::string::npos) << from;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string usual_xml() {
  return domain_xml(usual_vm(), usual_host(), "7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b");
}

/// Printable text of any kind, quotes and markup above all.
std::string some_text(std::mt19937& random) {
  const std::vector<std::string> pieces{"a", "Z",    "0",   " ", "\"", "'", "<", ">",
                                        "&", "&lt;", "]]>", "é", "木", "=", ","};
  std::string text = "x";
  for (auto count = random() % 20; count > 0; --count) text += pieces[random() % pieces.size()];
  return text;
}

std::string some_word(std::mt19937& random) {
  std::string word = "n";
  for (auto count = random() % 30; count > 0; --count) word += static_cast<char>('a' + random() % 26);
  return word;
}

MacAddress some_mac(std::mt19937& random) {
  std::array<std::uint8_t, 6> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return MacAddress(bytes);
}

/// Of the kinds that a further NIC may be of, or any.
Nic some_nic(std::mt19937& random, unsigned kinds) {
  switch (random() % kinds) {
    case 0:
      return {.network = {.kind = NetworkKind::nat, .name = some_word(random)}, .mac = some_mac(random)};
    case 1:
      return {.network = {.kind = NetworkKind::bridge, .name = "br" + std::to_string(random() % 100)},
              .mac = some_mac(random)};
    case 2:
      return {.network = {.kind = NetworkKind::group, .name = some_word(random)},
              .mac = some_mac(random),
              .address = Ipv4Address(static_cast<std::uint32_t>(random()))};
    default:
      return {.network = {.kind = NetworkKind::user, .name = {}},
              .mac = some_mac(random),
              .port = static_cast<std::uint16_t>(1 + random() % 65'535)};
  }
}

VmDefinition some_vm(std::mt19937& random) {
  auto definition = usual_vm();
  definition.name = VmName::parse(some_word(random));
  definition.group = GroupName::parse(some_word(random) + "_g");
  definition.owner = {.user = some_text(random), .host = some_text(random)};
  if (random() % 2 == 0) {
    definition.owner.uid = static_cast<std::uint32_t>(random());
    definition.owner.machine = some_text(random);
    definition.owner.place = Owner::Place::at_hypervisor;
  }
  definition.host_key = some_text(random);
  definition.init = random() % 2 == 0 ? GuestInit::none : GuestInit::cloud_init;
  definition.virt_type = random() % 2 == 0 ? VirtType::kvm : VirtType::qemu;
  definition.memory = Memory::of_mib(32 + random() % 100'000);
  definition.cpus = CpuCount::of(1 + random() % 512);
  definition.complete = random() % 2 == 0;
  definition.nics.clear();
  for (auto count = random() % 4; count > 0; --count) {
    auto nic = some_nic(random, definition.nics.empty() ? 4 : 3);
    if (std::ranges::find(definition.nics, nic.network, &Nic::network) == definition.nics.end()) {
      definition.nics.push_back(std::move(nic));
    }
  }
  for (auto count = random() % (most_disks + 1); count > 0; --count) {
    definition.disks.push_back(DiskSize::of_gib(1 + random() % 65'536));
  }
  if (random() % 2 == 0) {
    definition.boot = DirectBoot{.kernel = VolumeName::parse(some_word(random)),
                                 .initrd = VolumeName::parse(some_word(random)),
                                 .command_line = some_text(random)};
  }
  return definition;
}

std::string all_of(const Owner& owner) {
  return fmt::format("{}|{}|{}|{}", owner.str(), owner.uid ? std::to_string(*owner.uid) : "", owner.machine,
                     owner.place == Owner::Place::at_hypervisor);
}

TEST(DomainReading, GivesBackAllOfTheOwner) {
  std::mt19937 random(2);
  for (int i = 0; i < 50; ++i) {
    const auto definition = some_vm(random);
    const auto found =
        vm_from_domain(domain_xml(definition, usual_host(), "7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b"));
    ASSERT_TRUE(found);
    EXPECT_EQ(all_of(found->owner), all_of(definition.owner));  // as `==` means the person
  }
}

TEST(DomainReading, KeepsTheOwnerReadableForEarlierReleases) {
  auto definition = usual_vm();
  definition.owner = {
      .user = "anna", .host = "desk", .uid = 1000, .machine = "ab", .place = Owner::Place::at_hypervisor};
  const auto xml = domain_xml(definition, usual_host(), "7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b");
  const std::string written = R"(user="anna" host="desk" uid="1000" machine="ab" place="hypervisor")";
  const auto at = xml.find(written);
  ASSERT_NE(at, std::string::npos) << xml;
  for (const auto* wrong : {R"(user="anna" host="desk" uid="x")", R"(user="anna" host="desk" uid="-1")",
                            R"(user="anna" host="desk" place="moon")", R"(user="anna" uid="1000")"}) {
    auto changed = xml;
    EXPECT_THROW(vm_from_domain(changed.replace(at, written.size(), wrong)), Error) << wrong;
  }
}

TEST(DomainReading, GivesBackWhatWasWritten) {
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    const auto definition = some_vm(random);
    const auto found =
        vm_from_domain(domain_xml(definition, usual_host(), "7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b"));
    ASSERT_TRUE(found);
    EXPECT_EQ(static_cast<const VmDefinition&>(*found), definition);
    EXPECT_EQ(found->uuid, "7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b");
  }
}

TEST(DomainReading, GivesBackATemplate) {
  auto definition = usual_template();
  EXPECT_EQ(template_from_domain(domain_xml(definition, usual_host())), definition);
  definition.init = GuestInit::none;
  definition.host_key = "ssh-ed25519 AAAA";
  definition.complete = false;
  definition.boot = user_vm().boot;
  definition.incoming = {VolumeName::parse("next.qcow2"), VolumeName::parse("next.kernel")};
  definition.origin = {.url = "https://example.org/a'<&\">"};
  EXPECT_EQ(template_from_domain(domain_xml(definition, usual_host())), definition);
  definition.origin->checksum = Checksum{.hex = std::string(64, 'a')};
  EXPECT_EQ(template_from_domain(domain_xml(definition, usual_host())), definition);
}

TEST(DomainReading, SeesOnlyItsOwn) {
  EXPECT_EQ(vm_from_domain("<domain type='kvm'><name>x</name></domain>"), std::nullopt);
  EXPECT_EQ(vm_from_domain(domain_xml(usual_template(), usual_host())), std::nullopt);
  EXPECT_EQ(template_from_domain(usual_xml()), std::nullopt);
  EXPECT_EQ(vm_from_domain(having(usual_xml(), "urn:nocloud:vm:1", "urn:somebody:else")), std::nullopt);
}

TEST(DomainReading, GoesByTheNamespaceNotByItsPrefix) {
  EXPECT_EQ(vm_from_domain(having(usual_xml(), "nocloud:vm", "n:vm")), std::nullopt);
  const auto renamed = having(having(usual_xml(), "nocloud:vm ", "n:vm "), "xmlns:nocloud", "xmlns:n");
  EXPECT_TRUE(vm_from_domain(having(renamed, "/nocloud:vm", "/n:vm")));
  auto prefixed = usual_xml();
  for (const auto* part : {"owner", "guest", "base", "nic"}) {
    prefixed = having(prefixed, std::string("<") + part + " ", std::string("<nocloud:") + part + " ");
  }
  EXPECT_EQ(static_cast<const VmDefinition&>(vm_from_domain(prefixed).value()), usual_vm());
}

TEST(DomainReading, SaysWhoseRecordIsBrokenAndWhatToDo) {
  const std::vector<std::pair<std::string, std::string>> breaches{
      {"group=\"pftest\"", "group=\"p/f\""},
      {"group=\"pftest\"", ""},
      {"type=\"web\"", "type=\"&#10;\""},
      {"template=\"debian12\"", "template=\"..\""},
      {"user=\"anna\"", ""},
      {"host=\"desk\"", "host=\"&#27;[2J\""},
      {"user=\"debian\"", "user=\"-rf\""},
      {"init=\"cloud-init\"", "init=\"magic\""},
      {"host-key=\"ssh", "host-key=\"&#10;ssh"},
      {"user-data-sha256=\"9f", "user-data-sha256=\"zz"},
      {"user-data-sha256=\"9f", "user-data-sha256=\""},
      {"volume=\"sha256-1f.qcow2\"", "volume=\"../shadow\""},
      {"network=\"nat\"", "network=\"moon\""},
      {"network=\"nat\"", "network=\"vsock\""},
      {"complete=\"yes\"", "complete=\"almost\""},
      {"complete=\"yes\"", "complete=\"yes\" version=\"2\""},
      {"complete=\"yes\"", "complete=\"yes\" version=\"x\""},
      {"mac=\"52", "mac=\"x2"},
      {"<memory unit=\"MiB\">1024", "<memory unit=\"MiB\">1"},
      {"<memory unit=\"MiB\">1024", "<memory unit=\"MiB\">-1"},
      {"<vcpu>2", "<vcpu>0"},
      {"type=\"kvm\"", "type=\"xen\""},
  };
  for (const auto& [from, to] : breaches) {
    try {
      vm_from_domain(having(usual_xml(), from, to));
      ADD_FAILURE() << from << " → " << to;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
      EXPECT_NE(error.message().find("'web00'"), std::string::npos) << error.message();
      EXPECT_NE(error.hint().find("virsh edit"), std::string::npos) << error.hint();
      EXPECT_EQ(error.message().find('\n'), std::string::npos) << error.message();
      EXPECT_EQ(error.message().find('\x1b'), std::string::npos) << error.message();
    }
  }
}

/// What libvirt hands out of a domain for its record alone.
std::string record_in(const std::string& xml) {
  const auto from = xml.find("<nocloud:vm");
  const std::string end = "</nocloud:vm>";
  return xml.substr(from, xml.find(end) + end.size() - from);
}

TEST(DomainReading, GivesBackInShortWhatWasWritten) {
  std::mt19937 random(3);
  for (int i = 0; i < 500; ++i) {
    const auto definition = some_vm(random);
    const auto record = record_in(domain_xml(definition, usual_host()));
    EXPECT_EQ(vm_summary_from_record(definition.name.str(), record), summary_of(Vm{definition}));
  }
}

TEST(DomainReading, InShortItRefusesWhatItRefusesInFull) {
  const auto record = record_in(usual_xml());
  const auto* const nic = "<nic network=\"nat\"";
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"init=\"cloud-init\"", "init=\"magic\""},
           {"complete=\"yes\"", "complete=\"yes\" version=\"2\""},
           {"user-data-sha256=\"9f", "user-data-sha256=\"zz"},
           {"volume=\"sha256-1f.qcow2\"", "volume=\"../shadow\""},
           {"mac=\"52", "mac=\"x2"},
           {nic, std::string("<nic network=\"nat\" mac=\"52:54:00:00:00:01\"/>") + nic}}) {
    EXPECT_THROW(vm_summary_from_record("web00", having(record, from, to)), Error) << from << " → " << to;
    EXPECT_THROW(vm_from_domain(having(usual_xml(), from, to)), Error) << from << " → " << to;
  }
}

TEST(DomainReading, SurvivesAnyDamage) {
  std::mt19937 random(2);
  const auto whole = domain_xml(user_vm(), usual_host());
  for (int i = 0; i < 5000; ++i) {
    auto damaged = whole;
    for (auto count = 1 + random() % 4; count > 0; --count) {
      const auto at = random() % damaged.size();
      switch (random() % 3) {
        case 0:
          damaged[at] = static_cast<char>(random());
          break;
        case 1:
          damaged.erase(at, 1 + random() % 40);
          break;
        default:
          damaged.insert(at, damaged.substr(random() % damaged.size(), random() % 40));
      }
      if (damaged.empty()) damaged = "x";
    }
    try {
      vm_from_domain(damaged);
      template_from_domain(damaged);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << error.message();
    }
  }
}

TEST(DomainReading, TakesNoNewerVersion) {
  const auto source = domain_xml(usual_template(), usual_host());
  EXPECT_TRUE(template_from_domain(having(source, "complete=", "version=\"1\" complete=")));
  EXPECT_TRUE(vm_from_domain(having(usual_xml(), "complete=", "version=\"1\" complete=")));
  EXPECT_THROW(template_from_domain(having(source, "complete=", "version=\"2\" complete=")), Error);
}

TEST(DomainRecord, IsMarkedAsLibvirtHandsItOut) {
  const std::string record = R"(<vm complete="no" group="g"><owner user="a" host="b"/></vm>)";
  const auto marked = marked_record(record, Completeness::whole);
  EXPECT_NE(marked.find(R"(<vm complete="yes" group="g">)"), std::string::npos) << marked;
  EXPECT_NE(marked_record(marked, Completeness::unfinished).find(R"(<vm complete="no" group="g">)"),
            std::string::npos);
  const auto prefixed =
      marked_record(R"(<n:vm xmlns:n="urn:nocloud:vm:1" complete="no"/>)", Completeness::whole);
  EXPECT_NE(prefixed.find(R"(<vm complete="yes")"), std::string::npos) << prefixed;
}

}  // namespace
}  // namespace nocloud::test
