// login RUNS
//
// From the first byte to "logged in" at a real sshd that is up: nocloud's wait beside libssh2's bare
// handshake and authentication, by turns (milliseconds, one number a run).

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/ssh/libssh.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud {
namespace {

void need(bool right, const char* what) {
  if (!right) throw Error(ErrorKind::failed, what);
}

void free_session(LIBSSH2_SESSION* session) noexcept {
  libssh2_session_free(session);
}

void bare_login(const SshPeer& peer) {
  const auto key = read_file(peer.identity, 65536);
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(peer.endpoint.port);
  ::inet_pton(AF_INET, peer.endpoint.host.c_str(), &address.sin_addr);
  need(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
  const Handle<LIBSSH2_SESSION, free_session> session(libssh2_session_init());
  need(libssh2_session_method_pref(session.get(), LIBSSH2_METHOD_HOSTKEY, "ssh-ed25519") == 0,
       "host key type");
  need(libssh2_session_handshake(session.get(), socket.get()) == 0, "handshake");
  const auto& user = peer.user.str();
  need(libssh2_userauth_publickey_frommemory(session.get(), user.data(), user.size(), nullptr, 0, key.data(),
                                             key.size(), nullptr) == 0,
       "authentication");
}

void our_login(const SshPeer& peer) {
  const auto progress =
      LibSsh().wait_for(peer, {.deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1)});
  need(progress.reached == SshStage::logged_in, progress.obstacle.c_str());
}

double milliseconds(void (*login)(const SshPeer&), const SshPeer& peer) {
  const auto began = std::chrono::steady_clock::now();
  login(peer);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

void measure(unsigned runs) {
  const test::Sshd sshd;
  const auto peer = sshd.peer();
  std::vector<double> ours;
  std::vector<double> bare;
  our_login(peer);
  bare_login(peer);
  for (unsigned run = 0; run < runs; ++run) {
    ours.push_back(milliseconds(our_login, peer));
    bare.push_back(milliseconds(bare_login, peer));
  }
  fmt::print("ours {:.3f}\nbare {:.3f}\n", fmt::join(ours, " "), fmt::join(bare, " "));
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: login RUNS\n", stderr), 2;
  try {
    nocloud::measure(static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)));
  } catch (const nocloud::Error& error) {
    return fmt::print(stderr, "login: {}\n", error.message()), 1;
  }
}
