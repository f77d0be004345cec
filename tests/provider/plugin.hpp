#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "terraform_shim/provider/schema/value.hpp"

namespace nocloud::test {

/// What came of a call.
struct Reply {  // NOLINT(bugprone-exception-escape): a null value is made without any
  /// Whether the call itself came through; then errors are told within.
  bool answered = false;
  terraform::Value value = nullptr;
  /// "memory: what is wrong" for each, warnings among them.
  std::vector<std::string> errors = {};
  std::vector<std::string> warnings = {};
  std::vector<std::string> replaced = {};
  /// Of a plan: what the plan of a replacement is given.
  std::string handed_on = {};
};

/// The provider as a running program, and a client of it. One that is still running goes with this object.
class Plugin {
 public:
  enum class Tls {
    mutual,
    /// Neither side has a certificate.
    none,
    /// The client has one that the program was not told of.
    wrong_certificate,
    no_certificate,
    /// The program expects TLS, the client comes without.
    client_plain,
  };

  /// Starts it with this environment and no other, but for what Terraform itself sets.
  Plugin(const std::string& program, std::map<std::string, std::string> environment, Tls tls = Tls::mutual);
  ~Plugin();
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  pid_t pid() const { return pid_; }
  /// The fields of the line that it announced itself by.
  const std::vector<std::string>& handshake() const { return handshake_; }

  /// Names of what the schema has: "nocloud_vm", "data.nocloud_vm".
  std::vector<std::string> schema();
  Reply validate_provider(const std::string& config);
  Reply configure(const std::string& config);
  Reply validate_resource(const std::string& type, const std::string& config);
  Reply validate_data_source(const std::string& type, const std::string& config);
  Reply upgrade(const std::string& type, const std::string& json);
  Reply read(const std::string& type, const std::string& state);
  Reply plan(const std::string& type, const std::string& prior, const std::string& config,
             const std::string& handed_on = {});
  Reply apply(const std::string& type, const std::string& prior, const std::string& planned);
  Reply import(const std::string& type, const std::string& id);
  Reply read_data_source(const std::string& type, const std::string& config);
  Reply stop();
  /// Asks it to end, and waits: its exit status, or nothing if it does not end.
  std::optional<int> shut_down();
  /// Waits for its end.
  std::optional<int> wait();

 private:
  class Stubs;

  void start(const std::string& program, const std::map<std::string, std::string>& environment);

  pid_t pid_ = -1;
  std::vector<std::string> handshake_;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace nocloud::test
