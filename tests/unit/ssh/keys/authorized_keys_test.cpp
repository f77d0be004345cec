#include "nocloud/ssh/keys/authorized_keys.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

namespace nocloud::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
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
      public_key_lines("# mine\n\n" + plain + "\r\n  " + commented + '\n' + restricted + '\n' + token).keys,
      ElementsAre(plain, commented, restricted, token));
}

TEST(PublicKeyLines, AreNothingElse) {
  const std::string file = "hello\n" + key("ssh-dss") + '\n' + key("ssh-ed25519-cert-v01@openssh.com") +
                           '\n' + "command=\"\x1b[2J\" " + key("ssh-ed25519") + '\n' + "ssh-ed25519 AAAA\n" +
                           "command=\"x " + key("ssh-ed25519") + '\n' + key("ssh-ed25519").substr(0, 40) +
                           '\n' + "\xff\xfe\n" + key("ssh-rsa", std::string(20000, 'x')) + "\n#" +
                           key("ssh-rsa");
  const auto found = public_key_lines(file);
  EXPECT_THAT(found.keys, IsEmpty());
  std::vector<std::size_t> numbers;
  for (const auto& line : found.left_out) numbers.push_back(line.number);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9)) << "all but the comment";
}

TEST(PublicKeyLines, AreTakenAsEverySystemWritesThem) {
  const auto mine = key("ssh-ed25519");
  const auto job = key("ssh-rsa");
  const auto tabs = "ssh-ed25519\t" + mine.substr(12) + "\tme\there";
  const auto latin = job + " J\xf6rg\x1b[2J";
  const auto options = "from=\"10.0.0.0/8\"\tssh-rsa  " + job.substr(8);
  for (const auto* end : {"\n", "\r\n", "\r"}) {
    const auto found =
        public_key_lines("\xef\xbb\xbf" + tabs + end + end + "# no key" + end + latin + end + options + end);
    EXPECT_THAT(found.keys, ElementsAre(mine + " me here", job + " J?rg?[2J",
                                        "from=\"10.0.0.0/8\" ssh-rsa  " + job.substr(8)));
    EXPECT_THAT(found.left_out, IsEmpty());
  }
  EXPECT_THAT(public_key_lines(mine + " J\xc3\xb6rg").keys, ElementsAre(mine + " J\xc3\xb6rg"));
}

TEST(AuthorizedKeys, AreThoseOfTheHomeSortedAndOnce) {
  const TemporaryFolder home;
  EXPECT_THAT(authorized_keys(home.path()).lines, IsEmpty());
  const auto folder = home.path() / ".ssh";
  make_folder(folder, 0700);
  write_file(folder / "id_rsa.pub", key("ssh-rsa", "b") + " mine\n", 0644);
  write_file(folder / "id_ed25519.pub", key("ssh-ed25519", "a") + " mine\n", 0644);
  write_file(folder / "id_ed25519", key("ssh-ed25519", "private") + "\n", 0600);
  write_file(folder / "authorized_keys",
             "no-pty " + key("ssh-ed25519", "a") + " restricted\n" + key("ssh-ed25519", "c"), 0600);
  EXPECT_THAT(
      authorized_keys(home.path()).lines,
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
  const auto found = authorized_keys(home.path());
  EXPECT_THAT(found.lines, ElementsAre(key("ssh-ed25519")));
  EXPECT_THAT(found.left_out, ElementsAre(HasSubstr("huge.pub")));
}

TEST(AuthorizedKeys, SayWhichLinesAreLeftOut) {
  const TemporaryFolder home;
  const auto folder = home.path() / ".ssh";
  make_folder(folder, 0700);
  write_file(folder / "authorized_keys", "\n" + key("ssh-dss") + "\n# comment\nssh-ed25519 AAAA\n", 0600);
  write_file(folder / "id-cert.pub", key("ssh-ed25519-cert-v01@openssh.com"), 0644);
  write_file(folder / "notepad.pub", std::string_view("\xff\xfes\0s\0h\0", 8), 0644);
  write_file(folder / "prose.pub", std::string(2000, '\n') + "a\nb\nc\nd\ne\nf\ng\n", 0644);
  const auto found = authorized_keys(home.path());
  EXPECT_THAT(found.lines, IsEmpty());
  const std::vector<testing::Matcher<std::string>> told{
      AllOf(HasSubstr("line 2 of"), HasSubstr("authorized_keys'"), HasSubstr("ssh-dss")),
      AllOf(HasSubstr("line 4 of"), HasSubstr("authorized_keys'")),
      AllOf(HasSubstr("notepad.pub'"), HasSubstr("UTF-8")),
      AllOf(HasSubstr("line 2001 of"), HasSubstr("prose.pub'")), HasSubstr("2 more lines of")};
  EXPECT_THAT(found.left_out, testing::IsSupersetOf(told));
  EXPECT_EQ(found.left_out.size(), 9U);
  write_file(folder / "prose.pub", "a\nb\nc\nd\ne\nf\n", 0644);
  EXPECT_THAT(authorized_keys(home.path()).left_out, testing::Contains(HasSubstr("1 more line of")));
}

}  // namespace
}  // namespace nocloud::test
