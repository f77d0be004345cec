#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/template/make_template.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {

/// Templates made of files, each as if it had been verified.
class MakeTemplateScene : public testing::Test {
 protected:
  /// A file of this content, as if it had been verified.
  ImageFile file(const std::string& content, std::string_view suffix) const {
    const auto path = home_.path() / ("file-" + content);
    write_file(path, content, 0600);
    return {.path = path, .volume = image_volume_name(hex(bytes_of(sha256(content))), suffix)};
  }
  VerifiedImage image(const std::string& content = "one") const {
    VerifiedImage image{.disk = file(content, "qcow2")};
    image.kernel = {.kernel = file("kernel", "kernel"),
                    .initrd = file("initrd", "initrd"),
                    .command_line = "console=ttyS0"};
    return image;
  }
  static MakeTemplateRequest request(std::string_view name = "debian12") {
    return {.name = TemplateName::parse(name), .user = UserName::parse("debian")};
  }
  Process process(Owner owner = eva) { return {world_, home_.path(), std::move(owner)}; }
  /// Of a template that is there.
  Template& made(const std::string& name = "debian12") { return *world_.domain(name + ".template").source; }
  void expect_whole(const VerifiedImage& image) {
    EXPECT_TRUE(made().complete);
    EXPECT_EQ(made().base, image.disk.volume);
    EXPECT_TRUE(world_.volumes.contains(image.disk.volume));
    EXPECT_TRUE(world_.volumes.contains(made().boot->kernel));
    EXPECT_TRUE(world_.volumes.contains(made().boot->initrd));
    EXPECT_THAT(strays(world_), testing::IsEmpty());
  }

  /// Of an old image and a new one, whatever another run removes.
  void expect_one_survives() {
    remove_unused_images(process().context());
    EXPECT_TRUE(made().complete);
    const auto content = made().base == image("old").disk.volume ? "old" : "one";
    ASSERT_TRUE(world_.volumes.contains(made().base));
    EXPECT_EQ(world_.volumes.at(made().base).content, content);
    EXPECT_TRUE(world_.volumes.contains(made().boot->kernel));
  }

  TemporaryFolder home_;
  FakeWorld world_;
  Process me_{world_, home_.path()};
};

}  // namespace nocloud::test
