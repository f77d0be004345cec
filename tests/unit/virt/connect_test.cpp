#include <array>
#include <csignal>

#include <gtest/gtest.h>
#include <libvirt/virterror.h>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/libvirt/adapter/hypervisor.hpp"
#include "nocloud/virt/libvirt/domain/domains.hpp"
#include "support/surroundings.hpp"
#include "unit/virt/definitions.hpp"

namespace nocloud::test {
namespace {

Error error_of_connecting(const std::string& uri) {
  try {
    connect_libvirt({.uri = uri});
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::failed, "it connected"};
}

TEST(Connecting, SaysWhatToDoAboutEveryFailure) {
  // An empty URI means libvirt's default, which may be this machine's own daemon.
  Surroundings surroundings;
  surroundings.set("LIBVIRT_DEFAULT_URI", "moon:///default");
  std::signal(SIGPIPE, SIG_IGN);  // as our programs do: libvirt writes to an ssh that has ended
  struct Failure {
    const char* uri;
    const char* hint;
  };
  for (const auto& [uri, hint] : {
           Failure{"nonsense", "libvirt's URIs"},
           Failure{"", "libvirt's URIs"},
           Failure{"moon:///system", "libvirt's URIs"},
           Failure{"qemu:///system?socket=/nowhere/at/all", "libvirtd"},
           Failure{"qemu:///session?socket=/nowhere/at/all", "libvirt-daemon"},
           Failure{"qemu+ssh://127.0.0.1:1/system?no_verify=1&command=/bin/false", "virsh list"},
           Failure{"qemu+tcp://127.0.0.1:1/system", "daemon on that host"},
       }) {
    const auto error = error_of_connecting(uri);
    EXPECT_EQ(error.kind(), ErrorKind::unavailable) << uri << ": " << error.message();
    EXPECT_NE(error.hint().find(hint), std::string::npos) << uri << ": " << error.hint();
  }
}

/// Somebody else's doing in libvirt's pretended world, which lasts as long as a connection to it.
class PretendedWorld : public testing::Test {
 protected:
  void define(const std::string& xml) {
    ASSERT_TRUE(DomainHandle(virDomainDefineXML(connection.get(), xml.c_str())));
  }

  std::unique_ptr<Hypervisor> hypervisor = connect_libvirt({.uri = "test:///default"});
  Connection connection{"test:///default"};
};

TEST_F(PretendedWorld, ListsVmsBesideARecordThatWasBroken) {
  auto broken = usual_vm();
  broken.name = VmName::parse("broken");
  broken.owner.user = "OWNER";
  auto xml = domain_xml(broken, usual_host());
  xml.replace(xml.find("user=\"OWNER\""), 12, "");
  define(xml);
  hypervisor->define_vm(usual_vm());
  const auto vms = hypervisor->vms();
  ASSERT_EQ(vms.size(), 1U);
  EXPECT_EQ(vms.front().name, usual_vm().name);
  try {
    hypervisor->find_vm(broken.name);
    FAIL() << "it was found";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    EXPECT_NE(error.message().find("'broken'"), std::string::npos) << error.message();
  }
}

TEST_F(PretendedWorld, ListsTemplatesBesideARecordThatWasBroken) {
  auto xml = domain_xml(usual_template(), usual_host());
  xml.replace(xml.find("init=\"cloud-init\""), 17, "init=\"magic\"");
  define(xml);
  EXPECT_TRUE(hypervisor->templates().empty());
  EXPECT_THROW(hypervisor->find_template(usual_template().name), Error);
}

TEST_F(PretendedWorld, WritesWhatLibvirtsSchemaAllows) {
  const TrialBoot trial{.boot = user_vm().boot, .base = usual_vm().base.value()};
  for (const auto& xml : {domain_xml(usual_vm(), usual_host()), domain_xml(user_vm(), usual_host()),
                          domain_xml(bridged_vm(), usual_host()), domain_xml(usual_template(), usual_host()),
                          trial_domain_xml(trial, "nocloud-trial-0", usual_host())}) {
    const DomainHandle domain(
        virDomainDefineXMLFlags(connection.get(), xml.c_str(), VIR_DOMAIN_DEFINE_VALIDATE));
    EXPECT_TRUE(domain) << last_fault().message << "\n" << xml;
    if (domain) virDomainUndefine(domain.get());
  }
}

TEST_F(PretendedWorld, WritesPasstAsTheSchemaAllowsIt) {
  auto host = usual_host();
  host.passt = true;
  const auto xml = domain_xml(user_vm(), host);
  const DomainHandle domain(
      virDomainDefineXMLFlags(connection.get(), xml.c_str(), VIR_DOMAIN_DEFINE_VALIDATE));
  if (domain) return;
  // A libvirt without passt refuses it, though not for its form.
  EXPECT_NE(last_fault().code, VIR_ERR_XML_INVALID_SCHEMA) << last_fault().message;
}

TEST_F(PretendedWorld, SilencesLibvirt) {
  testing::internal::CaptureStderr();
  hypervisor->find_vm(usual_vm().name);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(PretendedWorld, ReportsWhatLibvirtSaysInOneLine) {
  try {
    const DomainHandle domain(virDomainDefineXML(connection.get(), "<domain"));
    EXPECT_FALSE(domain);
    throw connection.error("cannot do it", last_fault());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_TRUE(error.message().starts_with("cannot do it: ")) << error.message();
    EXPECT_EQ(error.message().find('\n'), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace nocloud::test
