#include "nocloud/program/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "support/refusal.hpp"
#include "support/surroundings.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

class ConfigFileTest : public testing::Test {
 protected:
  void SetUp() override { surroundings_.set("SUDO_UID", std::nullopt); }

  void write(const std::string& content, mode_t mode = 0600) const { write_file(path_, content, mode); }
  auto read(ConfigFile::Source source = ConfigFile::Source::trusted) const {
    return read_config_file({.path = path_, .source = source});
  }
  Error refusal(ConfigFile::Source source = ConfigFile::Source::trusted) const {
    auto error = refusal_of([&] { read(source); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << error.message();
    EXPECT_FALSE(error.hint().empty()) << error.message();
    return error;
  }

  Surroundings surroundings_;
  TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "some.conf";
};

TEST_F(ConfigFileTest, MayBeMissing) {
  EXPECT_EQ(read(), std::nullopt);
  EXPECT_EQ(read_config_file({.path = "/proc/version/some.conf"}), std::nullopt);
}

TEST_F(ConfigFileTest, HasSettings) {
  write("# words\n\nconnect = qemu:///session\nnetwork=nat\n", 0644);
  EXPECT_EQ(read()->at("connect"), "qemu:///session");
  EXPECT_EQ(read()->at("network"), "nat");
}

TEST_F(ConfigFileTest, OfTheFolderSetsNothingThatReachesElsewhere) {
  write("network=nat\nvirt-type=qemu\ntimeout=5\nhostname=address\nstate=all\nowner=any\nstem=node\n");
  EXPECT_EQ(read(ConfigFile::Source::current_folder)->size(), 7U);
  for (const auto* line : {"connect=qemu:///system", "connect=qemu+ext:///system?command=/x/evil",
                           "connect=", "realm=lab", "network=nat\nconnect=qemu+ssh://elsewhere/system"}) {
    write(line);
    EXPECT_THAT(refusal(ConfigFile::Source::current_folder).message(),
                HasSubstr("a file in the current folder may not"));
  }
}

TEST_F(ConfigFileTest, NamesNoProgramAndNoKey) {
  write("connect=qemu+ssh://anna@tower/system\n");
  EXPECT_TRUE(read().has_value());
  write("connect=qemu+ext:///system?command=/x/evil\n");
  EXPECT_THAT(refusal().message(), HasSubstr("'+ext'"));
  write("connect=qemu+ssh://tower/system?command=/x/evil\n");
  EXPECT_THAT(refusal().message(), HasSubstr("'command=/x/evil'"));
  EXPECT_THAT(refusal().hint(), HasSubstr("--connect"));
}

TEST_F(ConfigFileTest, ThatOthersMayWriteIsRefused) {
  for (const mode_t mode : {0666U, 0660U, 0602U, 0620U}) {
    write("network=nat\n");
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_THAT(refusal().hint(), HasSubstr("chmod go-w"));
  }
}

TEST_F(ConfigFileTest, OfAnotherUserIsRefused) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write("network=nat\n", 0644);
  ASSERT_EQ(::chown(path_.c_str(), 65534, 65534), 0);
  EXPECT_THAT(refusal().message(), HasSubstr("another user"));
  EXPECT_FALSE(read_config_file({.path = path_, .user = FileUser{65534, 65534}}))
      << "who called can't see it";
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_TRUE(read_config_file({.path = path_, .user = FileUser{65534, 65534}}).has_value())
      << "it is the file of who called sudo";
}

/// `/proc/PID/cmdline` is root's, and its text another user's.
TEST_F(ConfigFileTest, ThatIsALinkIsRefused) {
  const auto target = folder_.path() / "target.conf";
  write_file(target, "network=nat\n", 0600);
  for (const auto& leads_to :
       {target, std::filesystem::path("/proc/self/cmdline"), folder_.path() / "nothing"}) {
    std::filesystem::remove(path_);
    std::filesystem::create_symlink(leads_to, path_);
    EXPECT_THAT(refusal().message(), HasSubstr("is a link"));
  }
}

TEST_F(ConfigFileTest, ThatIsNoFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(refusal().message(), HasSubstr("regular file"));
  std::filesystem::remove(path_);
  make_folder(path_, 0700);
  EXPECT_THAT(refusal().message(), HasSubstr("regular file"));
  EXPECT_EQ(refusal_of([] { read_config_file({.path = "/dev/zero"}); }).kind(), ErrorKind::invalid_input);
}

TEST_F(ConfigFileTest, ThatCannotBeReadIsRefused) {
  if (::getuid() == 0) GTEST_SKIP() << "root reads everything";
  write("network=nat\n", 0000);
  EXPECT_THROW(read(), Error);
}

TEST_F(ConfigFileTest, ThatIsBrokenSaysWhatItMaySet) {
  for (const auto* text :
       {"network\n", "=nat\n", "[section]\nnetwork=nat\n", "delete=1\n", "colour=\x1b[2J\n"}) {
    write(text);
    EXPECT_THAT(refusal().hint(), HasSubstr("connect, realm")) << text;
    EXPECT_THAT(refusal(ConfigFile::Source::current_folder).hint(), testing::Not(HasSubstr("connect")))
        << text;
  }
  write(std::string(70'000, '#'));
  EXPECT_EQ(refusal_of([&] { read(); }).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud::test
