#include "nocloud/virt/libvirt_advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/virt/libvirt_connection.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

/// As libvirt 9.0 says it.
Advice advice_for(std::string message) {
  return advice_on({.code = 1, .message = std::move(message)});
}

TEST(LibvirtAdvice, AForeignDnsServerHasThePort) {
  const auto advice = advice_for(
      "internal error: Child process (VIR_BRIDGE_NAME=virbr0 /usr/sbin/dnsmasq "
      "--conf-file=/var/lib/libvirt/dnsmasq/nocloud.conf) unexpected exit status 2: \ndnsmasq: failed to "
      "create listening socket for 10.112.0.1: Address already in use\n");
  EXPECT_EQ(advice.kind, ErrorKind::unavailable);
  EXPECT_THAT(advice.remedy, HasSubstr("port 53"));
}

TEST(LibvirtAdvice, AHostThatLacksWhatAVmNeeds) {
  EXPECT_EQ(advice_for("Cannot get interface MTU on 'br9': No such device").kind, ErrorKind::not_found);
  EXPECT_EQ(advice_for("cannot allocate 4096 bytes in file 'x': No space left on device").kind,
            ErrorKind::unavailable);
  EXPECT_EQ(advice_for("cannot set up guest memory 'pc.ram': Cannot allocate memory").kind,
            ErrorKind::unavailable);
}

TEST(LibvirtAdvice, AnotherCallHoldsTheVm) {
  const auto advice = advice_for(
      "Timed out during operation: cannot acquire state change lock (held by "
      "monitor=remoteDispatchDomainShutdownFlags)");
  EXPECT_EQ(advice.kind, ErrorKind::timed_out);
  EXPECT_THAT(advice.remedy, HasSubstr("vmstop NAME --grace 0"));
}

TEST(LibvirtAdvice, OfOtherFaultsNothingIsKnown) {
  const auto advice = advice_for("something else");
  EXPECT_EQ(advice.kind, ErrorKind::failed);
  EXPECT_TRUE(advice.remedy.empty());
}

}  // namespace
}  // namespace nocloud::test
