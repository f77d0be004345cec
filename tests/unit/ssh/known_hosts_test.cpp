#include "nocloud/ssh/known_hosts.hpp"

#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/ssh/keys/host_key.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

std::string key(std::uint8_t number) {
  Sha256 seed{};
  seed.fill(number);
  return ssh_key_from_seed(seed, "").public_key;
}

KnownHost host(std::string_view name, const Endpoint& endpoint, std::uint8_t number = 1) {
  return {
      .name = VmName::parse(name), .endpoint = endpoint, .host_key = key(number), .uri = "qemu:///system"};
}

std::string alias_here(std::string_view name) {
  return host_key_alias(VmName::parse(name), "qemu:///system");
}

const Endpoint direct{.host = "10.112.0.5"};
const Endpoint forwarded{.host = "127.0.0.1", .port = 20077};

TEST(KnownHosts, KnowsAVmByNameAndAddress) {
  EXPECT_EQ(with_known_host("", host("web00", direct)),
            alias_here("web00") + ",10.112.0.5 " + key(1) + " nocloud qemu:///system\n");
}

TEST(KnownHosts, KnowsAForwardedPort) {
  EXPECT_EQ(with_known_host("", host("web00", forwarded)),
            alias_here("web00") + ",[127.0.0.1]:20077 " + key(1) + " nocloud qemu:///system\n");
}

TEST(KnownHosts, KnowsAVmOfAnotherMachineByNameOnly) {
  auto remote = forwarded;
  remote.via = "admin@host";
  const auto line = alias_here("web00") + " " + key(1) + " nocloud qemu:///system\n";
  EXPECT_EQ(with_known_host("", host("web00", remote)), line);
  auto unreachable = host("web00", forwarded);
  unreachable.endpoint.reset();
  EXPECT_EQ(with_known_host("", unreachable), line);
}

TEST(KnownHosts, ReplacesInPlace) {
  const auto both = with_known_host(with_known_host("", host("web00", direct)), host("web01", forwarded));
  const auto changed = with_known_host(both, host("web00", {.host = "10.112.0.9"}, 3));
  EXPECT_EQ(changed, alias_here("web00") + ",10.112.0.9 " + key(3) + " nocloud qemu:///system\n" +
                         alias_here("web01") + ",[127.0.0.1]:20077 " + key(1) + " nocloud qemu:///system\n");
  EXPECT_EQ(with_known_host(changed, host("web00", {.host = "10.112.0.9"}, 3)), changed);
}

TEST(KnownHosts, DropsWhoHadTheAddressBefore) {
  const auto before = with_known_host("", host("old", direct));
  EXPECT_EQ(with_known_host(before, host("new", direct)),
            alias_here("new") + ",10.112.0.5 " + key(1) + " nocloud qemu:///system\n");
}

TEST(KnownHosts, KnowsManyAtOnce) {
  const auto before = "other ssh-rsa AAAA\n" + with_known_host("", host("gone", direct)) +
                      with_known_host("", host("web00", forwarded));
  const auto after = with_known_hosts(before, {host("web00", forwarded, 3), host("new", direct, 2)});
  EXPECT_EQ(after, "other ssh-rsa AAAA\n" + alias_here("web00") + ",[127.0.0.1]:20077 " + key(3) +
                       " nocloud qemu:///system\n" + alias_here("new") + ",10.112.0.5 " + key(2) +
                       " nocloud qemu:///system\n");
  EXPECT_EQ(with_known_hosts(after, {}), after);
}

TEST(KnownHosts, KeepsTheSameNameOnAnotherConnection) {
  auto elsewhere = host("web00", forwarded);
  elsewhere.uri = "qemu:///session";
  const auto both = with_known_host(with_known_host("", host("web00", direct)), elsewhere);
  EXPECT_EQ(without_known_host(both, VmName::parse("web00"), "qemu:///session"),
            with_known_host("", host("web00", direct)));
}

TEST(KnownHosts, TakesNoKeyOfAnotherConnectionsVm) {
  auto there = host("web00", forwarded, 3);
  there.uri = "qemu+ssh://b/system";
  const auto here = alias_here("web00");
  const auto both = with_known_host(with_known_host("", host("web00", direct)), there);
  EXPECT_NE(host_key_alias(there.name, there.uri), here);
  EXPECT_THAT(both, HasSubstr(here + ",10.112.0.5 " + key(1)));
  EXPECT_THAT(both, testing::Not(HasSubstr(here + " " + key(3))));
}

TEST(KnownHosts, AVmOfAnotherConnectionTakesTheAddressAndNotTheLine) {
  auto there = host("db00", forwarded, 3);
  there.uri = "qemu:///session";
  const auto both = with_known_host(with_known_host("", host("web00", forwarded)), there);
  EXPECT_EQ(both, alias_here("web00") + " " + key(1) + " nocloud qemu:///system\n" +
                      host_key_alias(there.name, there.uri) + ",[127.0.0.1]:20077 " + key(3) +
                      " nocloud qemu:///session\n");
}

TEST(KnownHosts, GivesOldLinesTheirAlias) {
  const auto old = "web00,10.112.0.5 " + key(1) + " nocloud qemu:///system\n";
  const auto now = with_known_host("", host("web00", direct));
  EXPECT_EQ(with_known_hosts(old, {}), now);
  EXPECT_EQ(with_known_hosts(old, {host("web00", direct)}), now);
  EXPECT_EQ(without_known_host(old, VmName::parse("other"), "qemu:///system"), now);
  EXPECT_EQ(without_known_host(old, VmName::parse("web00"), "qemu:///system"), "");
}

TEST(KnownHosts, KeepsWhatOthersWrote) {
  const std::string others =
      "# a comment, web00 nocloud qemu:///system\r\n"
      "\n"
      "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa AAAA nocloud qemu:///system\n"
      "@revoked * ssh-rsa AAAA\n"
      "web00,10.112.0.5 ssh-ed25519 AAAA\r\n"
      "web00 ssh-ed25519 AAAA mine qemu:///system\n"
      "web00 ssh-ed25519 AAAA mine";
  const auto with = with_known_host(others, host("web00", direct));
  EXPECT_EQ(with,
            others + "\n" + alias_here("web00") + ",10.112.0.5 " + key(1) + " nocloud qemu:///system\n");
  EXPECT_EQ(without_known_host(with, VmName::parse("web00"), "qemu:///system"), others + "\n");
}

TEST(KnownHosts, FindsOurLineInAFileWithOtherLineEnds) {
  const std::string file = "web00 " + key(1) + " nocloud qemu:///system\r\nother ssh-rsa AAAA\r\n";
  EXPECT_EQ(without_known_host(file, VmName::parse("web00"), "qemu:///system"), "other ssh-rsa AAAA\r\n");
}

TEST(KnownHosts, NeverWritesWhatCouldMeanMore) {
  for (const auto* hostile : {"", "*", "10.112.0.5,10.0.0.1", "a b", "a\nb", "!x", "-oProxyCommand=x",
                              "-lroot", "|1|x", "@cert-authority", "[x]:2"}) {
    EXPECT_THROW(with_known_host("", host("web00", {.host = hostile})), Error) << hostile;
  }
  auto broken = host("web00", direct);
  broken.host_key = "ssh-ed25519 AAAA\nevil ssh-rsa AAAA";
  EXPECT_THROW(with_known_host("", broken), Error);
}

TEST(KnownHosts, HasOneLineWhateverTheUri) {
  auto odd = host("web00", direct);
  odd.uri = "qemu+ssh://a/system?socket=/x y\nevil ssh-rsa AAAA";
  const auto file = with_known_host("", odd);
  EXPECT_EQ(std::count(file.begin(), file.end(), '\n'), 1);
  EXPECT_EQ(without_known_host(file, odd.name, odd.uri), "");
}

TEST(KnownHosts, IsUnderstoodByOpenSsh) {
  if (!find_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen here (Debian: openssh-client)";
  const TemporaryFolder folder;
  const auto path = (folder.path() / "known_hosts").string();
  write_file(path, with_known_host("", host("web00", forwarded)), 0600);
  EXPECT_THAT(output_of({"ssh-keygen", "-F", alias_here("web00"), "-f", path}), HasSubstr(key(1)));
  EXPECT_THAT(output_of({"ssh-keygen", "-F", "[127.0.0.1]:20077", "-f", path}), HasSubstr(key(1)));
}

}  // namespace
}  // namespace nocloud::test
