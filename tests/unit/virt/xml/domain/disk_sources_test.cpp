#include "nocloud/virt/xml/domain/disk_sources.hpp"

#include <gtest/gtest.h>

namespace nocloud {
namespace {

TEST(DiskSources, AreThoseOfEveryDiskAndLayer) {
  const auto found = disk_sources(R"(<domain><devices>
    <disk type='file'><driver type='qcow2'/><source file='/a'/>
      <backingStore type='file'><format type='qcow2'/><source file='/b'/><backingStore/></backingStore>
      <mirror type='file'><format type='qcow2'/><source file='/m'/></mirror></disk>
    <disk type='volume'><driver type='qcow2'/><source pool='p' volume='v'/></disk>
    <disk type='block'><driver type='raw'/><source dev='/dev/c'/></disk>
    <disk type='network'><driver type='qcow2'/><source protocol='nbd' name='n'/></disk>
    <disk type='file' device='cdrom'><target dev='sda'/></disk></devices></domain>)");
  ASSERT_EQ(found.size(), 6U);
  EXPECT_EQ(found[0].path, "/a");
  EXPECT_TRUE(found[0].can_have_base);
  EXPECT_TRUE(found[0].base_told);
  EXPECT_EQ(found[1].path, "/b");
  EXPECT_TRUE(found[1].base_told) << "told to be none";
  EXPECT_EQ(found[2].path, "/m");
  EXPECT_FALSE(found[2].base_told);
  EXPECT_EQ(found[3].pool, "p");
  EXPECT_EQ(found[3].volume, "v");
  EXPECT_EQ(found[4].path, "/dev/c");
  EXPECT_FALSE(found[4].can_have_base);
  EXPECT_EQ(found[5].path, "nbd:n");
}

TEST(DiskSources, AreInSnapshotsToo) {
  const auto found = disk_sources(R"(<domainsnapshot><disks><disk name='vda' snapshot='external' type='file'>
    <driver type='qcow2'/><source file='/top'/></disk></disks>
    <domain><devices><disk type='file'><source file='/then'/></disk></devices></domain></domainsnapshot>)");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].path, "/top");
  EXPECT_EQ(found[1].path, "/then");
}

TEST(DiskSources, AreInArgumentsOfQemuToo) {
  const auto paths = [](const std::string& argument) {
    std::vector<std::string> found;
    for (const auto& source : disk_sources("<domain xmlns:qemu='q'><qemu:commandline><qemu:arg value='" +
                                           argument + "'/></qemu:commandline></domain>")) {
      EXPECT_TRUE(source.can_have_base);
      EXPECT_TRUE(source.from_argument);
      found.push_back(source.path);
    }
    return found;
  };
  using Paths = std::vector<std::string>;
  EXPECT_EQ(paths("/srv/x"), Paths{"/srv/x"});
  EXPECT_EQ(paths("file=/srv/x/over.qcow2,if=virtio"), Paths{"/srv/x/over.qcow2"});
  EXPECT_EQ(paths("if=none,file=/srv/a,,b:c=d"), Paths{"/srv/a,b:c=d"});
  EXPECT_EQ(paths("driver=qcow2,file.filename=/a,backing.file.filename=/b"), (Paths{"/a", "/b"}));
  EXPECT_EQ(paths("file=file:/srv/x"), Paths{"/srv/x"});
  EXPECT_EQ(paths(R"({"driver":"qcow2","file":{"driver":"file","filename":"/srv/\"x\\,y"},"z":"/w"})"),
            (Paths{R"(/srv/"x\,y)", "/w"}));
  EXPECT_EQ(paths("file=json:{\"file.filename\": \"/srv/x\"}"), Paths{"/srv/x"});
  EXPECT_EQ(paths("file=/"), Paths{"/"});
  for (const auto* none : {"", "-netdev", "user,net=10.0.2.0/24,hostfwd=tcp:127.0.0.1:22077-:22",
                           "file=nbd://host/x", "file=relative/x", "a/b"})
    EXPECT_EQ(paths(none), Paths{}) << none;
}

}  // namespace
}  // namespace nocloud
