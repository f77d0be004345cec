#include "terraform_shim/provider/connection.hpp"

#include "nocloud/app/system.hpp"
#include "nocloud/program/config.hpp"

namespace nocloud::terraform {
namespace {

Invocation settings_for(const std::optional<std::string>& uri) {
  using Source = OptionSpec::Source;
  const ToolSpec tool{.name = "terraform-provider-nocloud",
                      .options = {{.name = "network", .value = "NETWORK", .source = Source::setting},
                                  {.name = "virt-type", .value = "TYPE", .source = Source::setting},
                                  {.name = "timeout", .value = "SECONDS", .source = Source::setting}}};
  return read_settings(tool, uri);
}

/// Other work of the provider goes on, and Terraform has its state; that libvirt does not answer is in its
/// log.
void go_on(const Error& /*error*/) {}

class SystemConnection final : public Connection {
 public:
  SystemConnection(Invocation settings, Reporter& reporter, std::stop_token stop)
      : settings_(std::move(settings)), system_(settings_, reporter, std::move(stop), go_on) {}

  const Context& context() const override { return system_.context(); }
  const Invocation& settings() const override { return settings_; }

 private:
  Invocation settings_;
  System system_;
};

}  // namespace

std::unique_ptr<Connection> connect_to_system(const std::optional<std::string>& uri, Reporter& reporter,
                                              std::stop_token stop) {
  return std::make_unique<SystemConnection>(settings_for(uri), reporter, std::move(stop));
}

}  // namespace nocloud::terraform
