#include "nocloud/virt/xml/volume_xml.hpp"

#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"
#include "support/golden.hpp"

namespace nocloud::test {
namespace {

TEST(VolumeXml, DescribesAnImageVolume) {
  const NewVolume volume{.name = VolumeName::parse("sha256-1f.kernel"),
                         .capacity_bytes = 4096,
                         .access = NewVolume::Access::everybody_reads};
  expect_golden("virt/volume-image.xml", volume_xml(volume, DaemonUser::root));
}

TEST(VolumeXml, LeavesAnOrdinaryUserTheRightToFillIt) {
  const NewVolume volume{.name = VolumeName::parse("sha256-1f.kernel"),
                         .capacity_bytes = 4096,
                         .access = NewVolume::Access::everybody_reads};
  EXPECT_NE(volume_xml(volume, DaemonUser::ordinary).find("<mode>0644</mode>"), std::string::npos);
}

TEST(VolumeXml, DescribesADisk) {
  const NewVolume volume{.name = VolumeName::parse("web00.disk1.qcow2"),
                         .format = NewVolume::Format::qcow2,
                         .capacity_bytes = std::uint64_t{65'536} << 30U};
  expect_golden("virt/volume-disk.xml", volume_xml(volume, DaemonUser::root));
}

TEST(VolumeXml, DescribesAnOverlay) {
  expect_golden("virt/volume-overlay.xml",
                overlay_xml(VolumeName::parse("web00.qcow2"), "/pool/sha256-1f.qcow2"));
}

TEST(VolumeXml, DescribesThePool) {
  expect_golden("virt/pool.xml", pool_xml("nocloud", "/home/ann & bob/<pool>"));
}

TEST(PoolXml, KnowsItsFolder) {
  EXPECT_EQ(pool_path_from_xml(pool_xml("nocloud", "/home/ann & bob/<pool>")), "/home/ann & bob/<pool>");
  for (const auto* xml :
       {"<pool type='logical'><name>nocloud</name><target><path>/dev/vg</path></target></pool>",
        "<pool type='dir'><name>nocloud</name></pool>", "<x/>"}) {
    EXPECT_THROW(pool_path_from_xml(xml), Error) << xml;
  }
  EXPECT_THROW(pool_xml("nocloud", "/home/a\nb"), Error);
}

}  // namespace
}  // namespace nocloud::test
