#include <chrono>
#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/ssh/known_hosts.hpp"
#include "nocloud/ssh/ssh_config.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;

/// What people have below `Host *`, each of which would break, change or watch a session with a VM.
const std::vector<std::string> usual_options{
    "ProxyJump bastion.example.com",
    "ProxyCommand false",
    "ForwardAgent yes",
    "ForwardX11 yes",
    "User somebody",
    "Port 2222",
    "HostName elsewhere.example.com",
    "HostKeyAlias other",
    "IdentityFile ~/.ssh/other",
    "IdentityAgent /nowhere",
    "IdentitiesOnly no",
    "CertificateFile ~/.ssh/other-cert.pub",
    "StrictHostKeyChecking ask",
    "UserKnownHostsFile ~/.ssh/known_hosts_of_mine",
    "GlobalKnownHostsFile /etc/ssh/others",
    "UpdateHostKeys yes",
    "HashKnownHosts yes",
    "VerifyHostKeyDNS yes",
    "CanonicalizeHostname always",
    "CheckHostIP yes",
    "ControlMaster auto",
    "ControlPath ~/.ssh/%C",
    "ControlPersist 60",
    "RequestTTY force",
    "RemoteCommand tmux new -A",
    "SessionType none",
    "StdinNull yes",
    "ForkAfterAuthentication yes",
    "LocalForward 8080 localhost:80",
    "RemoteForward 8080 localhost:80",
    "DynamicForward 1080",
    "ExitOnForwardFailure yes",
    "PermitLocalCommand yes",
    "LocalCommand false",
    "HostKeyAlgorithms ssh-rsa",
    "KexAlgorithms diffie-hellman-group14-sha1",
    "Ciphers aes128-cbc",
    "MACs hmac-sha1",
    "PubkeyAuthentication no",
    "PubkeyAcceptedAlgorithms ssh-rsa",
    "PreferredAuthentications password",
    "BatchMode yes",
    "NumberOfPasswordPrompts 0",
    "LogLevel QUIET",
    "SendEnv *",
    "SetEnv LC_ALL=tlh",
    "AddressFamily inet6",
    "BindAddress 192.0.2.1",
    "ConnectTimeout 1",
    "ConnectionAttempts 9",
    "ServerAliveInterval 0",
    "TCPKeepAlive no",
    "Compression yes",
    "RekeyLimit 1K 1",
    "EscapeChar none",
    "VisualHostKey yes",
};

/// The test's `ssh` is the real one with a configuration of the user's, as far as nothing else is asked for.
class UsersConfig : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("ssh")) GTEST_SKIP() << "there is no ssh here (Debian: openssh-client)";
    make_folder(folder_.path() / "bin", 0700);
    write_file(folder_.path() / "bin" / "ssh",
               "#!/bin/sh\nexec " + find_program("ssh").value() + " -F " + config().string() + " \"$@\"\n",
               0700);
    write_file(config(), "", 0600);
    ::setenv("PATH", ((folder_.path() / "bin").string() + ":" + path_).c_str(), 1);
  }
  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }

  std::filesystem::path config() const { return folder_.path() / "config"; }
  std::filesystem::path known_hosts() const { return folder_.path() / "known_hosts"; }

  SshClientSetup setup(const SshPeer& peer) const {
    return {.name = VmName::parse("web00"), .peer = peer, .known_hosts = known_hosts(), .uri = "test:///"};
  }
  SshPeer peer() const {
    return {.endpoint = {.host = "10.96.0.5"},
            .host_key = "",
            .user = UserName::parse("debian"),
            .identity = folder_.path() / "key"};
  }

  /// What `ssh` would do for each of the forms, as `ssh -G` tells it.
  std::vector<std::string> meant() const {
    auto arguments = ssh_arguments(setup(peer()));
    arguments.insert(arguments.begin() + 1, "-G");
    const auto words = "ssh -G -l debian " + ssh_common_arguments(setup(peer())) + " 10.96.0.5";
    const auto block = (folder_.path() / "block").string();
    write_file(block, ssh_config_block(setup(peer())), 0600);
    return {output_of(arguments), output_of({"sh", "-c", words}),
            output_of({"ssh", "-G", "-F", block, "web00"})};
  }

  TemporaryFolder folder_;
  std::string path_ = std::getenv("PATH");
};

TEST_F(UsersConfig, ChangesNothing) {
  const auto wanted = meant();
  for (const auto& option : usual_options) {
    write_file(config(), "Host *\n  " + option + "\n", 0600);
    EXPECT_EQ(meant(), wanted) << option;
  }
}

TEST_F(UsersConfig, IsOneThatOpenSshTakes) {
  std::string all = "Host *\n";
  for (const auto& option : usual_options) all += "  " + option + "\n";
  write_file(config(), all, 0600);
  const auto done = run_process({"ssh", "-G", "web00"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_THAT(done.output, testing::HasSubstr("hostname elsewhere.example.com\n"));
}

TEST_F(UsersConfig, LeavesSessionsAsTheyAre) {
  if (!Sshd::installed()) GTEST_SKIP() << "there is no sshd here (Debian: openssh-server)";
  const Sshd sshd;
  const auto guest = setup(sshd.peer());
  write_file(known_hosts(),
             with_known_host("", {.name = guest.name, .host_key = guest.peer.host_key, .uri = guest.uri}),
             0600);
  std::string all = "Host *\n";
  for (const auto& option : usual_options) all += "  " + option + "\n";
  write_file(config(), all, 0600);
  auto arguments = ssh_arguments(guest);
  arguments.insert(arguments.end(), "echo in; cat; echo \"${SSH_AUTH_SOCK-none}\"");
  const auto done = run_process(arguments, {.input = "line\n", .limit = 60s});
  EXPECT_EQ(done.output, "in\nline\nnone\n") << done.errors;
  const auto words = fmt::format("ssh -o BatchMode=yes -p {} -l {} {} 127.0.0.1 echo in",
                                 guest.peer.endpoint.port, guest.peer.user, ssh_common_arguments(guest));
  EXPECT_EQ(output_of({"sh", "-c", words}, {.limit = 60s}), "in\n");
}

}  // namespace
}  // namespace nocloud::test
