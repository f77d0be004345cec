#include "nocloud/image/store/image_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/refusal.hpp"
#include "unit/image/disk_files.hpp"

namespace nocloud {
namespace {

using test::DiskFiles;
using test::FakeHypervisor;
using test::FakeWorld;
using test::refusal_of;
using testing::HasSubstr;

class StoreImage : public testing::Test {
 protected:
  /// A file that was verified when it had the content below.
  ImageFile image() const {
    return {.path = disks.file("disk.qcow2", content),
            .volume = image_volume_name(hex(bytes_of(sha256(content))), "qcow2")};
  }
  /// A volume of that name which holds something else.
  void put(const VolumeName& volume) { world.volumes[volume] = {.content = "old"}; }

  const DiskFiles disks{};
  FakeWorld world;
  FakeHypervisor hypervisor{world};
  const std::string content = std::string((std::size_t{5} << 20U) + 17, 'x') + "end";
};

TEST_F(StoreImage, fills_a_volume_that_its_readers_may_read) {
  for (const auto access : {NewVolume::Access::owner_only, NewVolume::Access::everybody_reads}) {
    world.volumes.clear();
    auto file = image();
    file.access = access;
    store_image(hypervisor, file, false);
    const auto& volume = world.volumes.at(file.volume);
    EXPECT_EQ(volume.content, content);
    EXPECT_EQ(volume.access, access);
    EXPECT_EQ(volume.capacity, content.size());
  }
}

/// A qcow2 header that names a file below it.
std::string qcow2_over(std::string_view below) {
  auto header = std::string("QFI\xfb") + test::big_endian(3, 4);
  header += test::big_endian(104, 8) + test::big_endian(below.size(), 4);
  header += test::big_endian(16, 4) + test::big_endian(1 << 20U, 8);
  header.resize(104, '\0');
  return header + std::string(below);
}

TEST_F(StoreImage, keeps_nothing_that_would_open_another_file) {
  const auto base = VolumeName::parse("sha256-of-base.qcow2");
  for (const auto& below : {"/etc/shadow", "json:{\"driver\":\"nbd\"}", "/pool/other.qcow2"}) {
    for (const auto& known : {std::optional<VolumeName>(), std::optional(base)}) {
      const auto text = qcow2_over(below);
      const ImageFile file{.path = disks.file("layer.qcow2", text),
                           .volume = image_volume_name(hex(bytes_of(sha256(text))), "qcow2"),
                           .base = known};
      EXPECT_THAT(refusal_of([&] { store_image(hypervisor, file, false); }).message(),
                  testing::AnyOf(HasSubstr("the difference to another file"), HasSubstr("it lies over")))
          << below;
      EXPECT_TRUE(world.volumes.empty());
    }
  }
  const auto alone = qcow2_over("");
  EXPECT_NO_THROW(store_image(
      hypervisor,
      {.path = disks.file("a.qcow2", std::string(alone).replace(8, 8, 8, '\0')),
       .volume =
           image_volume_name(hex(bytes_of(sha256(std::string(alone).replace(8, 8, 8, '\0')))), "qcow2")},
      false));
}

TEST_F(StoreImage, leaves_a_trusted_volume_alone) {
  const auto file = image();
  put(file.volume);
  store_image(hypervisor, file, true);
  EXPECT_EQ(world.volumes.at(file.volume).content, "old");
}

TEST_F(StoreImage, replaces_a_volume_that_nobody_vouches_for) {
  const auto file = image();
  put(file.volume);
  store_image(hypervisor, file, false);
  EXPECT_EQ(world.volumes.at(file.volume).content, content);
}

TEST_F(StoreImage, never_deletes_a_whole_volume_that_nobody_vouches_for) {
  const auto file = image();
  world.volumes[file.volume].content = content;
  store_image(hypervisor, file, false);
  EXPECT_EQ(hypervisor.count_of("delete_volume"), 0U);
  EXPECT_EQ(hypervisor.count_of("upload"), 0U);
}

TEST_F(StoreImage, leaves_nothing_of_a_file_that_changed) {
  const auto file = image();
  for (const auto& changed : {"X" + content.substr(1), content + "more", content.substr(1)}) {
    disks.file("disk.qcow2", changed);
    const auto error = refusal_of([&] { store_image(hypervisor, file, false); });
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.message(), HasSubstr("changed after it was verified"));
    EXPECT_TRUE(world.volumes.empty());
  }
}

TEST_F(StoreImage, leaves_nothing_of_an_upload_that_failed) {
  const auto file = image();
  for (const auto moment : {FakeHypervisor::Moment::before_effect, FakeHypervisor::Moment::after_effect}) {
    hypervisor.fail_next("upload", Error(ErrorKind::unavailable, "the host went away"), moment);
    const auto error = refusal_of([&] { store_image(hypervisor, file, false); });
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_THAT(error.message(), HasSubstr("disk.qcow2': the host went away"));
    EXPECT_TRUE(world.volumes.empty());
  }
}

TEST_F(StoreImage, tells_what_went_wrong_first) {
  const auto file = image();
  hypervisor.fail_next("upload", Error(ErrorKind::unavailable, "the host went away"));
  hypervisor.fail_next("delete_volume", Error(ErrorKind::unavailable, "still away"));
  EXPECT_THAT(refusal_of([&] { store_image(hypervisor, file, false); }).message(), HasSubstr("went away"));
  store_image(hypervisor, file, false);
  EXPECT_EQ(world.volumes.at(file.volume).content, content) << "the next run replaces what was left";
}

TEST_F(StoreImage, leaves_nothing_when_interrupted) {
  std::stop_source stop;
  stop.request_stop();
  const auto file = image();
  EXPECT_EQ(refusal_of([&] { store_image(hypervisor, file, false, stop.get_token()); }).kind(),
            ErrorKind::interrupted);
  EXPECT_TRUE(world.volumes.empty());
}

TEST_F(StoreImage, of_a_file_that_is_gone_keeps_what_is_there) {
  const auto file = image();
  put(file.volume);
  std::filesystem::remove(file.path);
  EXPECT_EQ(refusal_of([&] { store_image(hypervisor, file, false); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(world.volumes.at(file.volume).content, "old");
}

TEST(ImageVolumeName, is_known_again) {
  const std::string digest(64, 'a');
  EXPECT_EQ(image_volume_name(digest, "qcow2").str(), "sha256-" + digest + ".qcow2");
  EXPECT_TRUE(is_image_volume(image_volume_name(digest, "vmlinuz")));
  for (const auto& other :
       {"sha256-" + digest, "sha256-" + digest + ".", "sha256-" + digest + "0.qcow2",
        "sha256-" + std::string(64, 'g') + ".qcow2", "sha256-" + std::string(64, 'A') + ".qcow2",
        "sha1-" + digest + ".qcow2", std::string("sha256-.qcow2"), std::string("web00.qcow2")}) {
    EXPECT_FALSE(is_image_volume(VolumeName::parse(other))) << other;
  }
}

}  // namespace
}  // namespace nocloud
