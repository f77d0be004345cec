#include "nocloud/ssh/authorized_keys.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/public_key.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string key(std::string_view type, std::string_view content = "0123456789") {
  return std::string(type) + ' ' + base64(wire_string(type) + wire_string(content));
}

TEST(PublicKeyLines, AreKeysWithOptionsAndComments) {
  const auto plain = key("ssh-ed25519");
  const auto commented = key("ecdsa-sha2-nistp256") + " me@home, the \"old\" one";
  const auto restricted = "restrict,command=\"echo \\\" x y\",from=\"10.0.0.0/8\" " + key("ssh-rsa") + " job";
  const auto token = key("sk-ssh-ed25519@openssh.com");
  EXPECT_THAT(
      public_key_lines("# mine\n\n" + plain + "\r\n  " + commented + '\n' + restricted + '\n' + token),
      ElementsAre(plain, commented, restricted, token));
}

TEST(PublicKeyLines, AreNothingElse) {
  const std::string file = "hello\n" + key("ssh-dss") + '\n' + key("ssh-ed25519-cert-v01@openssh.com") +
                           '\n' + key("ssh-ed25519") + " esc\x1b[2J\n" + "ssh-ed25519 AAAA\n" +
                           "command=\"x " + key("ssh-ed25519") + '\n' + key("ssh-ed25519").substr(0, 40) +
                           '\n' + "\xff\xfe\n" + key("ssh-rsa", std::string(20000, 'x')) + "\n#" +
                           key("ssh-rsa");
  EXPECT_THAT(public_key_lines(file), IsEmpty());
}

TEST(AuthorizedKeys, AreThoseOfTheHomeSortedAndOnce) {
  const TemporaryFolder home;
  EXPECT_THAT(authorized_keys(home.path()), IsEmpty());
  const auto folder = home.path() / ".ssh";
  make_folder(folder, 0700);
  write_file(folder / "id_rsa.pub", key("ssh-rsa", "b") + " mine\n", 0644);
  write_file(folder / "id_ed25519.pub", key("ssh-ed25519", "a") + " mine\n", 0644);
  write_file(folder / "id_ed25519", key("ssh-ed25519", "private") + "\n", 0600);
  write_file(folder / "authorized_keys",
             "no-pty " + key("ssh-ed25519", "a") + " restricted\n" + key("ssh-ed25519", "c"), 0600);
  EXPECT_THAT(
      authorized_keys(home.path()),
      ElementsAre(key("ssh-ed25519", "a") + " mine", key("ssh-ed25519", "c"), key("ssh-rsa", "b") + " mine"));
}

TEST(AuthorizedKeys, IgnoreWhatIsNoTextFile) {
  const TemporaryFolder home;
  const auto folder = home.path() / ".ssh";
  make_folder(folder / "folder.pub", 0700);
  ::mkfifo((folder / "fifo.pub").c_str(), 0600);
  write_file(folder / "huge.pub", key("ssh-rsa") + '\n' + std::string(2000000, 'x'), 0600);
  std::filesystem::create_symlink("loop.pub", folder / "loop.pub");
  std::filesystem::create_symlink("missing", folder / "dangling.pub");
  write_file(folder / "good.pub", key("ssh-ed25519"), 0600);
  EXPECT_THAT(authorized_keys(home.path()), ElementsAre(key("ssh-ed25519")));
}

}  // namespace
}  // namespace nocloud::test
