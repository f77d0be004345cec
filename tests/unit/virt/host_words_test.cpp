#include <gtest/gtest.h>
#include <libvirt/libvirt.h>

#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/libvirt/domain/states.hpp"
#include "nocloud/virt/xml/capabilities_xml.hpp"

namespace nocloud::test {
namespace {

TEST(Capabilities, TellWhetherThereIsKvm) {
  const auto host = [](const char* guest_arch, const char* type) {
    return std::string(
               "<capabilities><host><cpu><arch>x86_64</arch></cpu></host><guest><os_type>hvm</os_type><arch "
               "name='") +
           guest_arch + "'><domain type='qemu'/><domain type='" + type + "'/></arch></guest></capabilities>";
  };
  EXPECT_TRUE(capabilities_offer_kvm(host("x86_64", "kvm")));
  EXPECT_FALSE(capabilities_offer_kvm(host("x86_64", "test")));
  EXPECT_FALSE(capabilities_offer_kvm(host("i686", "kvm")));
  EXPECT_FALSE(capabilities_offer_kvm("<capabilities/>"));
}

TEST(Capabilities, LeavePasstToHostsWhoseQemuHasNoNetworking) {
  const auto domain = [](const char* values) {
    return std::string("<domainCapabilities><devices><interface supported='yes'><enum name='backendType'>") +
           values + "</enum></interface></devices></domainCapabilities>";
  };
  EXPECT_TRUE(capabilities_leave_only_passt(domain("<value>passt</value>")));
  EXPECT_FALSE(capabilities_leave_only_passt(domain("<value>default</value><value>passt</value>")));
  EXPECT_FALSE(capabilities_leave_only_passt(domain("<value>default</value>")));
  EXPECT_FALSE(capabilities_leave_only_passt("<domainCapabilities/>"));
}

TEST(Capabilities, TellHowManyCpusAGuestCanHave) {
  EXPECT_EQ(most_cpus_of_capabilities("<domainCapabilities><vcpu max='288'/></domainCapabilities>"), 288U);
  EXPECT_EQ(most_cpus_of_capabilities("<domainCapabilities><vcpu max='-1'/></domainCapabilities>"),
            std::nullopt);
  EXPECT_EQ(most_cpus_of_capabilities("<domainCapabilities/>"), std::nullopt);
}

TEST(DomainNames, TellTemplatesFromVms) {
  EXPECT_EQ(template_domain(TemplateName::parse("debian-12.1")), "debian-12.1.template");
  EXPECT_EQ(template_of_domain("debian-12.1.template"), TemplateName::parse("debian-12.1"));
  for (const auto* other : {"web00", ".template", "x.template2", "Upper.template", ""}) {
    EXPECT_EQ(template_of_domain(other), std::nullopt) << other;
  }
  EXPECT_EQ(vm_of_domain("web00"), VmName::parse("web00"));
  EXPECT_EQ(vm_of_domain("debian12.template"), std::nullopt);
  EXPECT_EQ(vm_of_domain("Web 00"), std::nullopt);
}

TEST(States, NameTheFaultsThatTheHypervisorFound) {
  const auto fault = [](int state, int reason) { return condition_from(state, reason).fault; };
  EXPECT_EQ(condition_from(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED).state, VmState::running);
  EXPECT_EQ(condition_from(VIR_DOMAIN_BLOCKED, 0).state, VmState::running);
  EXPECT_EQ(condition_from(VIR_DOMAIN_SHUTDOWN, 0).state, VmState::running);
  EXPECT_EQ(condition_from(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER).state, VmState::paused);
  EXPECT_EQ(condition_from(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP).state, VmState::running);
  EXPECT_EQ(condition_from(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED).state, VmState::stopped);
  EXPECT_EQ(condition_from(VIR_DOMAIN_CRASHED, 0).state, VmState::crashed);
  EXPECT_EQ(fault(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER), "");
  EXPECT_EQ(fault(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP), "");
  EXPECT_EQ(fault(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_UNKNOWN), "internal error");
  EXPECT_EQ(fault(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR), "I/O error");
  EXPECT_EQ(fault(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SHUTDOWN), "");
  EXPECT_EQ(fault(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED), "its process ended");
}

}  // namespace
}  // namespace nocloud::test
