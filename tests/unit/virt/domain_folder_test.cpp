#include "nocloud/virt/domain_folder.hpp"

#include <chrono>
#include <functional>

#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "support/surroundings.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;

class DomainFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    surroundings_.set("XDG_CONFIG_HOME", configuration_.path().string());
    surroundings_.set("HOME", "/nosuch");
  }
  fs::path domains() const { return configuration_.path() / "libvirt" / "qemu"; }

  Surroundings surroundings_;
  TemporaryFolder configuration_;
};

TEST_F(DomainFolderTest, IsKnownOfThisMachinesConnectionsOnly) {
  EXPECT_TRUE(DomainFolder::of("qemu:///system"));
  EXPECT_TRUE(DomainFolder::of("qemu:///session"));
  for (const auto* uri : {"", "qemu+ssh://host/system", "qemu:///system?socket=/tmp/s",
                          "qemu:///embed?root=/r", "test:///default", "QEMU:///system"}) {
    EXPECT_FALSE(DomainFolder::of(uri)) << uri;
  }
}

TEST_F(DomainFolderTest, TellsOfNoChangeThatItCannotSee) {
  EXPECT_EQ(DomainFolder::of("qemu:///session")->last_change(), std::nullopt);
  make_folder(domains().parent_path(), 0700);
  write_file(domains(), "no folder", 0600);
  EXPECT_EQ(DomainFolder::of("qemu:///session")->last_change(), std::nullopt);
  surroundings_.set("XDG_CONFIG_HOME", std::nullopt);
  surroundings_.set("HOME", std::nullopt);
  EXPECT_FALSE(DomainFolder::of("qemu:///session"));
}

TEST_F(DomainFolderTest, IsWhereTheEnvironmentSays) {
  make_folder(domains(), 0700);
  EXPECT_TRUE(DomainFolder::of("qemu:///session")->last_change());
  surroundings_.set("XDG_CONFIG_HOME", std::nullopt);
  EXPECT_FALSE(DomainFolder::of("qemu:///session")->last_change());
  make_folder(configuration_.path() / "home/.config/libvirt/qemu", 0700);
  surroundings_.set("HOME", (configuration_.path() / "home").string());
  EXPECT_TRUE(DomainFolder::of("qemu:///session")->last_change());
}

TEST_F(DomainFolderTest, SeesEachChange) {
  make_folder(domains(), 0700);
  const auto folder = DomainFolder::of("qemu:///session");
  const auto change = [&](const std::function<void()>& make) {
    fs::last_write_time(domains(), fs::file_time_type::clock::now() - std::chrono::hours(1));
    const auto before = folder->last_change();
    make();
    return folder->last_change() != before;
  };
  EXPECT_FALSE(change([] {}));
  EXPECT_TRUE(change([&] { write_file(domains() / "web00.xml", "<domain/>", 0600); }));
  EXPECT_TRUE(change([&] { write_file(domains() / "web00.xml", "<domain/> ", 0600); }));
  EXPECT_TRUE(change([&] { fs::remove(domains() / "web00.xml"); }));
}

TEST_F(DomainFolderTest, HasTheDomainsOfWhichThereAreFiles) {
  make_folder(domains() / "folder.xml", 0700);
  write_file(domains() / "web00.xml", "<domain/>", 0600);
  const auto folder = DomainFolder::of("qemu:///session");
  EXPECT_TRUE(folder->has({}));
  EXPECT_TRUE(folder->has({"web00"}));
  EXPECT_FALSE(folder->has({"web00", "web01"}));
  EXPECT_FALSE(folder->has({"folder"}));
}

}  // namespace
}  // namespace nocloud::test
