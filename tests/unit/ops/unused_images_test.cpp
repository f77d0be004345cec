// The moment in which images go.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/image/store/image_store.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

class UnusedImages : public Scene, public testing::Test {
 protected:
  VolumeName stray = image_volume_name(std::string(64, 'e'), "qcow2");
};

TEST_F(UnusedImages, LooksAtDomainsOnceMoreBeforeEachDeletion) {
  const auto layer = image_volume_name(std::string(64, 'f'), "qcow2");
  const auto other = image_volume_name(std::string(64, 'd'), "qcow2");
  world.volumes[stray].content = "below a layer";
  world.volumes[layer].base = stray;
  world.volumes[other].content = "alone";
  const auto come = [&] { world.domains["Theirs"] = {.uuid = "theirs", .volumes = {layer}}; };
  me.hypervisor.before_next("vms", come);  // after the first look at domains
  const auto gone = remove_unused_images(me.context());
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].name, other);
  world.domains.erase("Theirs");
  world.volumes[other].content = "alone";
  me.hypervisor.before_next("delete_volume", come);
  EXPECT_EQ(remove_unused_images(me.context()).size(), 1U);
  EXPECT_TRUE(world.volumes.contains(layer) && world.volumes.contains(stray));
}

TEST_F(UnusedImages, DeletesLayersBeforeWhatTheyLieOver) {
  const auto layer = image_volume_name(std::string(64, 'f'), "qcow2");
  world.volumes[stray].content = "below a layer";
  world.volumes[layer].base = stray;
  const auto gone = remove_unused_images(me.context());
  ASSERT_EQ(gone.size(), 2U);
  EXPECT_EQ(gone[0].name, layer);
  EXPECT_EQ(gone[1].name, stray);
}

TEST_F(UnusedImages, AsksNoDomainWhereTheDisksAccountForAllImages) {
  instantiate_all(me.context(), request_for(webs(2)));
  auto newer = debian12();
  newer.base = base_image('b');
  world.volumes[newer.base].content = "newer";
  me.hypervisor.redefine_template(newer);
  auto other = another();
  remove(other.context(), vms_to_stop(other.context(), {.names = {VmName::parse("web01")}}));
  EXPECT_EQ(other.hypervisor.count_of("vms"), 0U);
  EXPECT_EQ(other.hypervisor.count_of("unreadable"), 0U);
  EXPECT_EQ(other.hypervisor.count_of("use_of"), 1U) << "whether another has the VM's own disks";
  EXPECT_TRUE(world.volumes.contains(base_image()));
}

}  // namespace
}  // namespace nocloud::test
