#include "nocloud/model/vm.hpp"

#include <gtest/gtest.h>

#include "nocloud/model/template.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

TEST(Words, are_read_as_they_are_written) {
  for (const auto type : {VirtType::kvm, VirtType::qemu}) EXPECT_EQ(virt_type_from(word_for(type)), type);
  for (const auto init : {GuestInit::cloud_init, GuestInit::none}) {
    EXPECT_EQ(guest_init_from(word_for(init)), init);
  }
  EXPECT_EQ(word_for(VmState::stopped), "stopped");
  EXPECT_EQ(word_for(VmState::running), "running");
  EXPECT_EQ(word_for(VmState::paused), "paused");
  EXPECT_EQ(word_for(VmState::crashed), "crashed");
}

TEST(Words, that_mean_nothing_are_refused) {
  for (const auto* bad : {"", "KVM", "xen"}) {
    EXPECT_EQ(test::refusal_of([&] { virt_type_from(bad); }).kind(), ErrorKind::invalid_input);
    EXPECT_EQ(test::refusal_of([&] { guest_init_from(bad); }).kind(), ErrorKind::invalid_input);
  }
}

TEST(Volumes, of_a_vm_bear_its_name) {
  const auto web = VmName::parse("web1");
  EXPECT_EQ(console_log_of(web).str(), "web1.console.log");
  for (const auto& volume : {overlay_of(web), disk_of(web, 1), disk_of(web, 16), seed_of(web),
                             console_log_of(web), kernel_of(web), initrd_of(web), medium_of(web)}) {
    EXPECT_TRUE(belongs_to(web, volume.str())) << volume.str();
  }
  EXPECT_NE(disk_of(web, 1), disk_of(web, 2));
}

TEST(Volumes, of_others_do_not_belong_to_it) {
  const auto web = VmName::parse("web1");
  for (const auto* other :
       {"web1", "web11.qcow2", "web1-a.qcow2", "aweb1.qcow2", "", "web1.", "web1.sql", "web1.backup.qcow2",
        "web1.disk.qcow2", "web1.disk1.qcow2.old", "web1.console.log.old", "sha256-00.qcow2"}) {
    EXPECT_FALSE(belongs_to(web, other)) << other;
  }
  EXPECT_TRUE(belongs_to(web, "web1.console.log.0"));
}

TEST(Volumes, that_hold_data_are_its_disks) {
  const auto web = VmName::parse("web1");
  EXPECT_TRUE(is_disk_of(web, "web1.qcow2") && is_disk_of(web, "web1.disk16.qcow2"));
  for (const auto* other :
       {"web1.seed.iso", "web1.console.log", "web1.disk.qcow2", "web11.qcow2", "web1.old.qcow2"}) {
    EXPECT_FALSE(is_disk_of(web, other)) << other;
  }
}

TEST(Volumes, of_the_longest_name_are_volumes) {
  EXPECT_NO_THROW(disk_of(VmName::parse(std::string(63, 'a')), most_disks));
}

}  // namespace
}  // namespace nocloud
