// Templates that are removed, while VMs stand on them or are being made.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/vm/make_vm.hpp"
#include "unit/ops/make_template_scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using DeleteTemplate = MakeTemplateScene;

TEST_F(DeleteTemplate, DeletedItTakesItsImageAlong) {
  make_template(me_.context(), request(), image());
  delete_template(me_.context(), request().name);
  EXPECT_THAT(world_.domains, IsEmpty());
  EXPECT_THAT(world_.volumes, IsEmpty());
  EXPECT_EQ(refusal_of([&] { delete_template(me_.context(), request().name); }).kind(), ErrorKind::not_found);
}

TEST_F(DeleteTemplate, InUseItStaysAndNamesItsVms) {
  make_template(me_.context(), request(), image());
  instantiate_all(me_.context(), request_for(webs(2)));
  const auto error = refusal_of([&] { delete_template(me_.context(), request().name); });
  EXPECT_EQ(refusal_of([&] { deletable_template(me_.context(), request().name); }).message(),
            error.message());
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("web00 and web01"));
  expect_whole(image());
  EXPECT_THAT(dependants_of(me_.context(), request().name),
              ElementsAre(VmName::parse("web00"), VmName::parse("web01")));
}

TEST_F(DeleteTemplate, StaysWhileAnUnreadableVmMayBeOverIt) {
  make_template(me_.context(), request(), image());
  instantiate_all(me_.context(), request_for(webs(1)));
  world_.domain("web00").unreadable = "'vsock' is unknown";
  const auto error = refusal_of([&] { delete_template(me_.context(), request().name); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("'debian12' may be in use"));
  EXPECT_THAT(error.message(), HasSubstr("'web00'"));
  EXPECT_FALSE(error.hint().empty());
  expect_whole(image());
  auto& disk = world_.volumes.at(overlay_of(VmName::parse("web00")));
  disk.base.reset();
  EXPECT_THROW(delete_template(me_.context(), request().name), Error) << "nobody knows what it lies over";
  disk.base = file("another", "qcow2").volume;
  delete_template(me_.context(), request().name);
  EXPECT_FALSE(world_.domains.contains("debian12.template"));
}

TEST_F(DeleteTemplate, RemovedOrMovedOnWhileAVmIsBegunItHasNoVmWithoutAnImage) {
  make_template(me_.context(), request(), image());
  const VmRecipe recipe{.networks = NetworkList::parse("user"), .virt_type = VirtType::qemu};
  AddressBooks books;
  const auto source = made();
  const VmMaker maker(me_.context(), recipe, books);
  make_template(process().context(), request(), image("two"));
  for (const bool there : {true, false}) {
    if (!there) delete_template(process().context(), request().name);
    const auto error = refusal_of([&] { maker.make(described("web00"), source); });
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_THAT(error.message(), HasSubstr("'debian12' was changed by another run meanwhile"));
    EXPECT_FALSE(world_.domains.contains("web00"));
  }
}

}  // namespace
}  // namespace nocloud::test
