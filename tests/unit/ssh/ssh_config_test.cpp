#include "nocloud/ssh/ssh_config.hpp"

#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/ssh/known_hosts.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

SshClientSetup setup(const std::filesystem::path& folder = "/data") {
  return {.name = VmName::parse("web00"),
          .peer = {.endpoint = {.host = "127.0.0.1", .port = 20077},
                   .host_key = "",
                   .user = UserName::parse("debian"),
                   .identity = folder / "id_ed25519"},
          .known_hosts = folder / "known_hosts",
          .uri = "test:///"};
}

const std::string web00_alias = host_key_alias(setup().name, "test:///");

const std::filesystem::path odd_folder = "/with blank/\"quotes\"/it's/50%/back\\slash/~/$HOME/#";

TEST(SshConfig, IsPlainForPlainPaths) {
  EXPECT_EQ(ssh_config_block(setup()),
            "Host web00\n"
            "  HostName 127.0.0.1\n"
            "  Port 20077\n"
            "  User debian\n"
            "  HostKeyAlias " +
                web00_alias +
                "\n"
                "  UserKnownHostsFile \"/data/known_hosts\"\n"
                "  GlobalKnownHostsFile /dev/null\n"
                "  StrictHostKeyChecking yes\n"
                "  UpdateHostKeys no\n"
                "  IdentitiesOnly yes\n"
                "  IdentityFile \"/data/id_ed25519\"\n"
                "  IdentityAgent none\n"
                "  ServerAliveInterval 5\n"
                "  ServerAliveCountMax 2\n");
}

TEST(SshConfig, GoesThroughAnotherMachine) {
  auto remote = setup();
  remote.peer.endpoint.via = "admin@kvm1";
  EXPECT_THAT(ssh_config_block(remote), HasSubstr(" -W '[%h]:%p' -- ssh://admin@kvm1\n"));
  remote.peer.endpoint.via = "ssh://admin@kvm1:2222";
  remote.peer.endpoint.via_key = "/keys/it's 100%";
  EXPECT_THAT(ssh_config_block(remote),
              HasSubstr(" -i '/keys/it'\\''s 100%%' -W '[%h]:%p' -- ssh://admin@kvm1:2222\n"));
}

TEST(SshConfig, RefusesWhatSshWouldReadDifferently) {
  for (const auto* path : {"/new\nline", "/${HOME}/x", "/bell\a"}) {
    EXPECT_THROW(ssh_config_block(setup(path)), Error) << path;
  }
  auto hostile = setup();
  // The second has no sign but the dash that a name may not have.
  for (const auto* host : {"-oProxyCommand=evil", "-lroot"}) {
    hostile.peer.endpoint.host = host;
    EXPECT_THROW(ssh_arguments(hostile), Error) << host;
  }
  for (const auto* via :
       {"-oProxyCommand=evil", "-lroot", "ssh://-oProxyCommand=evil", "a@-oProxyCommand=evil", "-l@a", "a b",
        "a;evil", "ssh://a/$(evil)", "@a", "ssh://", "%h"}) {
    hostile.peer.endpoint = {.host = "127.0.0.1", .port = 22, .via = via};
    EXPECT_THROW(ssh_arguments(hostile), Error) << via;
  }
  hostile.peer.endpoint = {.host = "127.0.0.1", .port = 22, .via = "a", .via_key = "/k\nHost *"};
  EXPECT_THROW(ssh_config_block(hostile), Error);
}

/// What `ssh -G` says it has understood.
testing::Matcher<const std::string&> means_the_same() {
  const auto folder = odd_folder.string();
  return AllOf(HasSubstr("hostname 127.0.0.1\n"), HasSubstr("port 20077\n"), HasSubstr("user debian\n"),
               HasSubstr("hostkeyalias " + web00_alias + "\n"), HasSubstr("stricthostkeychecking true\n"),
               HasSubstr("globalknownhostsfile /dev/null\n"),
               HasSubstr("userknownhostsfile " + folder + "/known_hosts\n"));
}

class OpenSsh : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("ssh")) GTEST_SKIP() << "there is no ssh here (Debian: openssh-client)";
  }
};

/// Undoes what ssh does not expand for -G: it shows a percent sign as it must be written.
std::string shown(std::string text) {
  for (std::size_t at = 0; (at = text.find("%%", at)) != std::string_view::npos; ++at) text.erase(at, 1);
  return text;
}

TEST_F(OpenSsh, ReadsOddPathsInTheConfigBlock) {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "config").string();
  write_file(path, ssh_config_block(setup(odd_folder)), 0600);
  EXPECT_THAT(shown(output_of({"ssh", "-G", "-F", path, "web00"})), means_the_same());
}

TEST_F(OpenSsh, IncludesFromOddFolders) {
  const TemporaryFolder folder;
  const auto odd = folder.path() / "a [b] \"c\" {d} *? \\e 'f' # ~";
  make_folder(odd, 0700);
  write_file(odd / "web00.conf", ssh_config_block(setup()), 0600);
  const auto path = (folder.path() / "config").string();
  write_file(path, ssh_config_include(odd), 0600);
  EXPECT_THAT(output_of({"ssh", "-G", "-F", path, "web00"}), HasSubstr("hostkeyalias " + web00_alias + "\n"));
}

TEST_F(OpenSsh, ReadsOddPathsInTheArguments) {
  auto arguments = ssh_arguments(setup(odd_folder));
  arguments.insert(arguments.begin() + 1, "-G");
  EXPECT_THAT(shown(output_of(arguments)), means_the_same());
}

TEST_F(OpenSsh, ReadsOddPathsInTheShellsWords) {
  // Only the test has a shell: the text is made for Ansible, which splits it as a shell would.
  const auto words = ssh_common_arguments(setup(odd_folder));
  EXPECT_THAT(shown(output_of({"sh", "-c", "ssh -G -p 20077 -l debian " + words + " 127.0.0.1"})),
              means_the_same());
}

TEST_F(OpenSsh, LogsInWithTheArgumentsAndVerifies) {
  if (!Sshd::installed()) GTEST_SKIP() << "there is no sshd here (Debian: openssh-server)";
  const Sshd sshd;
  const TemporaryFolder folder;
  const auto odd = folder.path() / "a \"b\" 'c' %d \\e";
  make_folder(odd, 0700);
  const auto known_hosts = odd / "known hosts";
  const auto identity = odd / "login key";
  auto peer = sshd.peer();
  write_file(identity, read_file(peer.identity, 4096), 0600);
  peer.identity = identity;
  const KnownHost known{.name = VmName::parse("web00"),
                        .endpoint = peer.endpoint,
                        .host_key = peer.host_key,
                        .uri = "test:///"};
  write_file(known_hosts, with_known_host("", known), 0600);
  auto arguments =
      ssh_arguments({.name = known.name, .peer = peer, .known_hosts = known_hosts, .uri = known.uri});
  arguments.insert(arguments.begin() + 1, {"-o", "BatchMode=yes"});
  arguments.insert(arguments.end(), "echo in");
  EXPECT_EQ(output_of(arguments), "in\n");

  const Sshd other({.host_seed = 9});
  write_file(known_hosts,
             with_known_host("", {.name = known.name,
                                  .endpoint = peer.endpoint,
                                  .host_key = other.peer().host_key,
                                  .uri = "test:///"}),
             0600);
  EXPECT_THAT(run_process(arguments).errors, HasSubstr("Host key verification failed"));
}

}  // namespace
}  // namespace nocloud::test
