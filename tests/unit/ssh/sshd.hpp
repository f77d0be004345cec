#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/ssh/keys/host_key.hpp"
#include "nocloud/ssh/ssh_port.hpp"
#include "unit/ssh/listener.hpp"

namespace nocloud::test {

/// A real OpenSSH server on 127.0.0.1 that lets the user who runs the test log in.
class Sshd {
 public:
  struct Options {
    /// Of its host key; another seed is another machine.
    std::uint8_t host_seed = 1;
    /// Of the key that may log in.
    std::uint8_t login_seed = 2;
    /// More lines for its configuration.
    std::string config = {};
  };
  explicit Sshd(const Options& options);
  Sshd() : Sshd(Options{}) {}

  /// Whether there is a server to run at all.
  static bool installed();

  /// How to reach it: host key, user, login key and port are right.
  SshPeer peer() const;
  std::filesystem::path folder() const { return folder_.path(); }
  /// Lets these keys log in from now on.
  void authorize(std::string_view keys) const;

 private:
  void write_files(const Options& options) const;
  void start();

  TemporaryFolder folder_;
  UserName user_;
  std::uint16_t port_;
  SshKey host_key_;
  SshKey login_key_;
  std::unique_ptr<PipedProcess> process_;
};

Sha256 seed_of(std::uint8_t number);

}  // namespace nocloud::test
