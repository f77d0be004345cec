#include <algorithm>

#include "contract/kinds.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"

namespace nocloud::test {
namespace {

/// A qcow2 image whose boot sector writes the text to the first serial port and halts.
std::string disk_that_writes(std::string_view text) {
  // The registers of a PC's COM1: what is sent goes to 0x3f8; bit 5 of 0x3fd tells that it was.
  using namespace std::string_literals;
  const auto program =
      "\xfc"          // 00: cld
      "\x31\xc0"      // 01: xor ax, ax
      "\x8e\xd8"      // 03: mov ds, ax
      "\xbe\x22\x7c"  // 05: mov si, 0x7c22 (the text, where the BIOS loads a boot sector)
      "\xac"          // 08: lodsb
      "\x84\xc0"      // 09: test al, al
      "\x74\x12"      // 0b: jz 0x1f
      "\x88\xc3"      // 0d: mov bl, al
      "\xba\xfd\x03"  // 0f: mov dx, 0x3fd
      "\xec"          // 12: in al, dx
      "\xa8\x20"      // 13: test al, 0x20
      "\x74\xfb"      // 15: jz 0x12
      "\x88\xd8"      // 17: mov al, bl
      "\xba\xf8\x03"  // 19: mov dx, 0x3f8
      "\xee"          // 1c: out dx, al
      "\xeb\xe9"      // 1d: jmp 0x08
      "\xf4"          // 1f: hlt
      "\xeb\xfd"s;    // 20: jmp 0x1f
  auto disk = program + std::string(text);
  disk.resize(510);
  disk += "\x55\xaa";
  // A BIOS starts no disk of a single sector.
  disk.resize(1 << 20);

  const TemporaryFolder folder;
  const auto raw = folder.path() / "disk.raw";
  const auto image = folder.path() / "disk.qcow2";
  write_file(raw, disk, 0600);
  output_of({"qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.string(), image.string()});
  return read_file(image, 1 << 20);
}

class HostContract : public Contract {
 protected:
  /// A disk without anything to boot from.
  TrialBoot empty_trial() {
    const auto base = volume_name("base.qcow2");
    host().create_volume({.name = base,
                          .format = NewVolume::Format::qcow2,
                          .capacity_bytes = 1 << 20,
                          .access = NewVolume::Access::everybody_reads});
    return {.virt_type = VirtType::qemu, .base = base};
  }
};
INSTANTIATE_TEST_SUITE_P(Port, HostContract, every_kind, name_of_kind);

TEST_P(HostContract, KnowsItself) {
  const auto place = host().place();
  EXPECT_NE(place.uri, "");
  EXPECT_TRUE(place.local);
  EXPECT_EQ(place.via, "");
  EXPECT_GT(host().host().memory, Memory::of_mib(128));
}

TEST_P(HostContract, TakesNoMoreCpusThanItSays) {
  const auto most = host().most_cpus(VirtType::qemu);
  if (!most) GTEST_SKIP() << "the host does not tell";
  EXPECT_GE(*most, 16U);
  auto definition = definition_of("cpus");
  if (*most < 512) {
    definition.cpus = CpuCount::of(*most + 1);
    EXPECT_EQ(error_of([&] { host().define_vm(definition); }), ErrorKind::failed);
  }
  definition.cpus = CpuCount::of(std::min(*most, 512U));
  host().define_vm(definition);
}

TEST_P(HostContract, BreaksATrialOffWhenAsked) {
  if (const auto reason = lacks("trial_boot"); !reason.empty()) GTEST_SKIP() << reason;
  std::stop_source stop;
  stop.request_stop();
  const auto trial = empty_trial();
  EXPECT_EQ(error_of([&] { host().trial_boot(trial, std::chrono::seconds(60), stop.get_token()); }),
            ErrorKind::interrupted);
  for (const auto& name : world().domain_names()) EXPECT_FALSE(name.starts_with("nocloud-trial")) << name;
}

TEST_P(HostContract, SeesAKernelsFirstWords) {
  if (const auto reason = lacks("trial_boot"); !reason.empty()) GTEST_SKIP() << reason;
  const auto base = volume_name("speaks.qcow2");
  const auto image = disk_that_writes("Loading\r\n[    0.000000] Linux version 6.1.0\r\n");
  host().create_volume({.name = base, .capacity_bytes = image.size()});
  fill(base, image);
  // Far more than it takes: a BIOS under emulation on a machine that does other things.
  EXPECT_TRUE(host().trial_boot({.virt_type = VirtType::qemu, .base = base}, std::chrono::minutes(5), {}));
}

TEST_P(HostContract, LeavesNothingOfATrial) {
  if (const auto reason = lacks("trial_boot"); !reason.empty()) GTEST_SKIP() << reason;
  const auto trial = empty_trial();
  host().trial_boot(trial, std::chrono::seconds(1), {});
  for (const auto& name : world().domain_names()) EXPECT_FALSE(name.starts_with("nocloud-trial")) << name;
  host().refresh_volumes();
  EXPECT_EQ(host().volume_names(), std::vector{trial.base});
}

}  // namespace
}  // namespace nocloud::test
