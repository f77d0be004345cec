#include "unit/ssh/sshd.hpp"

#include <thread>

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/ssh/keys/user_key.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;

std::string current_user() {
  const passwd* entry = ::getpwuid(::geteuid());
  if (entry == nullptr) throw Error(ErrorKind::failed, "the user who runs the test has no name");
  return entry->pw_name;
}

std::uint16_t free_port() {
  return ReservedPort().number();
}

}  // namespace

Sha256 seed_of(std::uint8_t number) {
  Sha256 seed{};
  seed.fill(number);
  return seed;
}

bool Sshd::installed() {
  return find_program("sshd").has_value();
}

Sshd::Sshd(const Options& options)
    : user_(UserName::parse(current_user())),
      port_(free_port()),
      host_key_(ssh_key_from_seed(seed_of(options.host_seed), "host")),
      login_key_(ssh_key_from_seed(seed_of(options.login_seed), "login")) {
  // Where root's sshd keeps its unprivileged half; an installation without systemd may lack it.
  if (::geteuid() == 0) ::mkdir("/run/sshd", 0755);
  write_files(options);
  start();
}

void Sshd::write_files(const Options& options) const {
  write_file(folder() / "host_key", host_key_.private_key, 0600);
  write_file(folder() / "login_key", login_key_.private_key, 0600);
  authorize(login_key_.public_key + '\n');
  const auto config = fmt::format(
      "ListenAddress 127.0.0.1\nHostKey {0}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n"
      "PermitRootLogin yes\nPasswordAuthentication no\nAuthorizedKeysFile {0}/authorized_keys\n{1}\n",
      folder().string(), options.config);
  write_file(folder() / "sshd_config", config, 0600);
}

void Sshd::authorize(std::string_view keys) const {
  write_file(folder() / "authorized_keys", keys, 0644);
}

void Sshd::start() {
  const auto config = (folder() / "sshd_config").string();
  const auto log = (folder() / "log").string();
  process_ = std::make_unique<PipedProcess>(
      Arguments{*find_program("sshd"), "-D", "-f", config, "-E", log, "-p", fmt::format("{}", port_)});
  for (int tries = 0; tries < 500; ++tries) {
    if (read_file_if_present(log, 1048576).value_or("").find("Server listening") != std::string::npos) return;
    std::this_thread::sleep_for(20ms);
  }
  throw Error(ErrorKind::failed,
              fmt::format("sshd does not start: {}", read_file_if_present(log, 1048576).value_or("")));
}

SshPeer Sshd::peer() const {
  return {.endpoint = {.host = "127.0.0.1", .port = port_},
          .host_key = host_key_.public_key,
          .user = user_,
          .identity = folder() / "login_key"};
}

}  // namespace nocloud::test
