#include "nocloud/virt/libvirt/advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/virt/libvirt/connection.hpp"
#include "nocloud/virt/libvirt/domain/pull.hpp"

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

TEST(LibvirtAdvice, AFullDiskIsToldAlikeWhoeverMeetsIt) {
  for (const auto* words :
       {"operation failed: Failed to take snapshot: Error: Error while writing VM state: Input/output "
        "error\r\n",
        "operation failed: Failed to take snapshot: failed to save SaveStateEntry with id(name): 3(ram): "
        "-5\r\n"
        "Error: Error while writing VM state: Input/output error",
        "internal error: Child process (/usr/bin/qemu-img snapshot -c s3 /p/d.qcow2) unexpected exit status "
        "1: "
        "qemu-img: Could not create snapshot 's3': -28 (No space left on device)",
        "internal error: Child process (/usr/bin/qemu-img create -f qcow2 /p/v 1048576K) unexpected exit "
        "status 1: qemu-img: /p/v: Could not write qcow2 header: No space left on device",
        "Unable to write /p/w: No space left on device", "Unable to write /p/w: Disk quota exceeded"}) {
    const auto advice = advice_for(words);
    EXPECT_EQ(advice.kind, ErrorKind::unavailable) << words;
    EXPECT_THAT(advice.remedy, HasSubstr("make room")) << words;
  }
}

TEST(LibvirtAdvice, ACopyOfABaseThatTheDiskCouldNotHold) {
  const auto name = VmName::parse("web00");
  constexpr std::uint64_t megabyte = std::uint64_t{1} << 20U;
  const auto full = unfinished_pull(name, 100 * megabyte, 2 * megabyte);
  EXPECT_EQ(full.kind(), ErrorKind::unavailable);
  EXPECT_THAT(full.hint(), HasSubstr("Make room"));
  EXPECT_EQ(unfinished_pull(name, 0, megabyte / 2).kind(), ErrorKind::unavailable) << "it ended unseen";
  EXPECT_EQ(unfinished_pull(name, 2 * megabyte, 100 * megabyte).kind(), ErrorKind::failed);
  EXPECT_EQ(unfinished_pull(name, 2 * megabyte, std::nullopt).kind(), ErrorKind::failed);
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
