#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/host_key.hpp"
#include "nocloud/ssh/keys/private_key.hpp"
#include "nocloud/ssh/keys/public_key.hpp"
#include "nocloud/ssh/keys/user_key.hpp"
#include "support/golden.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

HostKeySecret secret_of(std::uint8_t number) {
  HostKeySecret secret{};
  secret.bytes.fill(number);
  return secret;
}

SshKey key_of(std::string_view name) {
  return derive_host_key(secret_of(7), VmName::parse(name));
}

std::string from_keygen(const std::string& private_key, const Arguments& arguments) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "key";
  write_file(path, private_key, 0600);
  auto command = arguments;
  command.push_back(path.string());
  return std::string(trimmed(split(output_of(command), '\n').front()));
}

TEST(HostKey, FollowsFromNameAndSecret) {
  EXPECT_EQ(key_of("web00").private_key, key_of("web00").private_key);
  EXPECT_NE(key_of("web00").public_key, key_of("web01").public_key);
  EXPECT_NE(key_of("web00").public_key, derive_host_key(secret_of(8), VmName::parse("web00")).public_key);
}

/// A change of these would give every VM of every user another host key.
TEST(HostKey, IsWhatItHasAlwaysBeen) {
  expect_golden("ssh/host_key", key_of("web00").public_key + '\n' + key_of("web00").private_key);
}

/// RFC 8032, section 7.1, test 1.
TEST(HostKey, IsTheRightPointOfTheCurve) {
  const Sha256 seed{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                    0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                    0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
  const auto blob = parse_public_key(ssh_key_from_seed(seed, "").public_key)->blob;
  EXPECT_EQ(hex(std::string_view(blob).substr(blob.size() - 32)),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(HostKey, IsTakenByOpenSsh) {
  if (!find_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen here (Debian: openssh-client)";
  // Names of all lengths modulo 8: the comment decides how much padding there is.
  for (const std::string_view name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
    const auto key = key_of(name);
    EXPECT_EQ(from_keygen(key.private_key, {"ssh-keygen", "-y", "-f"}),
              key.public_key + ' ' + std::string(name));
  }
}

TEST(PrivateKey, GivesItsPublicKey) {
  const auto key = key_of("web00");
  EXPECT_EQ(public_key_of(key.private_key, "key"), key.public_key);
}

TEST(PrivateKey, IsRefusedWhenCutAnywhere) {
  const auto key = key_of("web00").private_key;
  const auto whole = public_key_of(key, "key");
  for (std::size_t size = 0; size + 36 < key.size(); ++size) {
    EXPECT_THROW(public_key_of(key.substr(0, size), "key"), Error) << size;
  }
}

TEST(PrivateKey, IsRefusedWithAPassphrase) {
  if (!find_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen here (Debian: openssh-client)";
  const TemporaryFolder folder;
  const auto path = (folder.path() / "key").string();
  output_of({"ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", path});
  try {
    public_key_of(read_file(path, 4096), path);
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("needs a passphrase"));
  }
}

TEST(PublicKey, IsReadWithItsComment) {
  const auto line = key_of("web00").public_key;
  const auto key = parse_public_key("  " + line + "  me and  you \r");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type, "ssh-ed25519");
  EXPECT_EQ(key->comment, "me and  you");
  EXPECT_EQ(base64(key->blob), split(line, ' ')[1]);
}

TEST(PublicKey, IsNothingElse) {
  const auto base = std::string(split(key_of("web00").public_key, ' ')[1]);
  const std::vector<std::string> others{"",
                                        "ssh-ed25519",
                                        "ssh-ed25519 AAAA",
                                        "ssh-rsa " + base,
                                        "ssh-ed25519 " + base.substr(1),
                                        "ssh-ed25519 " + base + "=",
                                        "ssh-ed25519 " + base.substr(0, 20),
                                        "ssh-ed25519 !" + base.substr(1),
                                        "ssh-ed25519 " + base64(wire_string("ssh-ed25519"))};
  for (const auto& line : others) {
    EXPECT_FALSE(parse_public_key(line)) << line;
  }
}

TEST(PublicKey, HasTheFingerprintThatOpenSshShows) {
  if (!find_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen here (Debian: openssh-client)";
  const auto key = key_of("web00");
  EXPECT_THAT(from_keygen(key.private_key, {"ssh-keygen", "-l", "-f"}),
              HasSubstr(fingerprint(parse_public_key(key.public_key)->blob)));
}

TEST(UserKey, IsMadeOnceWithTightModes) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "deep" / "id_ed25519";
  const auto line = load_or_make_user_key(path);
  EXPECT_EQ(load_or_make_user_key(path), line);
  EXPECT_EQ(read_file(path.string() + ".pub", 4096), line + '\n');
  struct stat status {};
  ::stat(path.c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ::stat((path.string() + ".pub").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST(UserKey, IsTakenFromOthers) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "id_ed25519";
  const auto line = load_or_make_user_key(path);
  for (const mode_t mode : {0644U, 0640U, 0666U}) {
    ::chmod(path.c_str(), mode);
    EXPECT_EQ(load_or_make_user_key(path), line);
    struct stat status {};
    ::stat(path.c_str(), &status);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
  }
  ::chmod(path.c_str(), 0644);
  const auto link = folder.path() / "link";
  std::filesystem::create_symlink(path, link);
  EXPECT_THROW(load_or_make_user_key(link), Error) << "what it leads to may be another's";
}

TEST(UserKey, IsOneForAllWhoMakeItAtOnce) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "id_ed25519";
  std::vector<std::string> lines(8);
  {
    std::vector<std::jthread> threads;
    threads.reserve(lines.size());
    for (auto& line : lines) threads.emplace_back([&] { line = load_or_make_user_key(path); });
  }
  EXPECT_THAT(lines, testing::Each(lines.front()));
}

TEST(UserKey, MendsItsPublicHalf) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "id_ed25519";
  const auto line = load_or_make_user_key(path);
  write_file(path.string() + ".pub", "something else\n", 0644);
  EXPECT_EQ(load_or_make_user_key(path), line);
  EXPECT_EQ(read_file(path.string() + ".pub", 4096), line + '\n');
}

TEST(UserKey, LeavesAFileThatCannotServeAlone) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "id_ed25519";
  write_file(path, "-----BEGIN RSA PRIVATE KEY-----\n", 0600);
  EXPECT_THROW(load_or_make_user_key(path), Error);
  EXPECT_EQ(read_file(path, 4096), "-----BEGIN RSA PRIVATE KEY-----\n");
}

}  // namespace
}  // namespace nocloud::test
