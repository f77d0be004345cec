#include "provider/plugin.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <controller.grpc.pb.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <tfplugin6.grpc.pb.h>
#include <unistd.h>

#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/text.hpp"
#include "terraform_shim/provider/wire/certificate.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using terraform::Value;
using Stub = tfplugin6::Provider::Stub;

/// Long, because the machine may be slow.
constexpr auto limit = 120s;

std::string path_text(const tfplugin6::AttributePath& path) {
  std::string text;
  for (const auto& step : path.steps()) {
    if (step.has_attribute_name()) text += (text.empty() ? "" : ".") + step.attribute_name();
    if (step.has_element_key_string()) text += fmt::format("[\"{}\"]", step.element_key_string());
    if (step.has_element_key_int()) text += fmt::format("[{}]", step.element_key_int());
  }
  return text;
}

template <class Response>
void take_diagnostics(const Response& response, Reply& reply) {
  for (const auto& each : response.diagnostics()) {
    auto& place = each.severity() == tfplugin6::Diagnostic::ERROR ? reply.errors : reply.warnings;
    place.push_back(fmt::format("{}: {}", path_text(each.attribute()), each.summary()));
  }
}

Value value_of(const tfplugin6::DynamicValue& wire) {
  return wire.msgpack().empty() ? Value() : terraform::read_msgpack(wire.msgpack());
}

/// A certificate as it came in the handshake: base64 without its padding.
std::string pem_of(std::string encoded) {
  encoded.append((4 - encoded.size() % 4) % 4, '=');
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < encoded.size(); at += 64) pem += encoded.substr(at, 64) + "\n";
  return pem + "-----END CERTIFICATE-----\n";
}

auto channel_to(const std::vector<std::string>& handshake, Plugin::Tls tls,
                const terraform::Certificate& known) {
  const bool plain = tls == Plugin::Tls::none || tls == Plugin::Tls::client_plain;
  grpc::SslCredentialsOptions options;
  if (!plain) options.pem_root_certs = pem_of(handshake.at(5));
  if (!plain && tls != Plugin::Tls::no_certificate) {
    const auto shown = tls == Plugin::Tls::mutual ? known : terraform::make_certificate();
    options.pem_private_key = shown.key_pem;
    options.pem_cert_chain = shown.pem;
  }
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("localhost");
  return grpc::CreateCustomChannel("unix:" + handshake.at(3),
                                   plain ? grpc::InsecureChannelCredentials() : grpc::SslCredentials(options),
                                   arguments);
}

std::string first_line(const Fd& from) {
  std::string line;
  char letter = 0;
  while (::read(from.get(), &letter, 1) == 1 && letter != '\n') line += letter;
  return line;
}

}  // namespace

class Plugin::Stubs {
 public:
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : provider(tfplugin6::Provider::NewStub(channel)),
        controller(plugin::GRPCController::NewStub(channel)) {}

  template <class Request, class Response>
  bool call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + limit);
    return (*provider.*method)(&context, request, &response).ok();
  }
  /// The same, with what every response tells.
  template <class Request, class Response>
  Reply told(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
             const Request& request, Response& response) {
    Reply reply{.answered = call(method, request, response)};
    take_diagnostics(response, reply);
    return reply;
  }

  std::unique_ptr<Stub> provider;
  std::unique_ptr<plugin::GRPCController::Stub> controller;
};

Plugin::Plugin(const std::string& program, std::map<std::string, std::string> environment, Tls tls) {
  const auto certificate = terraform::make_certificate();
  environment["TF_PLUGIN_MAGIC_COOKIE"] = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
  environment["PLUGIN_PROTOCOL_VERSIONS"] = "5,6";
  if (tls != Tls::none) environment["PLUGIN_CLIENT_CERT"] = certificate.pem;
  start(program, environment);
  if (handshake_.size() == 6) stubs_ = std::make_unique<Stubs>(channel_to(handshake_, tls, certificate));
}

void Plugin::start(const std::string& program, const std::map<std::string, std::string>& environment) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : environment) texts.push_back(fmt::format("{}={}", name, value));
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
  std::string name = program;
  char* words[] = {name.data(), nullptr};
  const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, words, pointers.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + program);
  writing.close();
  const auto line = first_line(reading);
  for (const auto field : split(line, '|')) handshake_.emplace_back(field);
}

Plugin::~Plugin() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::vector<std::string> Plugin::schema() {
  tfplugin6::GetProviderSchema::Response response;
  std::vector<std::string> names;
  if (!stubs_->call(&Stub::GetProviderSchema, tfplugin6::GetProviderSchema::Request(), response))
    return names;
  if (response.has_provider()) names.emplace_back("provider");
  for (const auto& [name, schema] : response.resource_schemas()) names.push_back(name);
  for (const auto& [name, schema] : response.data_source_schemas()) names.push_back("data." + name);
  return names;
}

Reply Plugin::validate_provider(const std::string& config) {
  tfplugin6::ValidateProviderConfig::Request request;
  tfplugin6::ValidateProviderConfig::Response response;
  request.mutable_config()->set_msgpack(config);
  return stubs_->told(&Stub::ValidateProviderConfig, request, response);
}

Reply Plugin::configure(const std::string& config) {
  tfplugin6::ConfigureProvider::Request request;
  tfplugin6::ConfigureProvider::Response response;
  request.mutable_config()->set_msgpack(config);
  return stubs_->told(&Stub::ConfigureProvider, request, response);
}

Reply Plugin::validate_resource(const std::string& type, const std::string& config) {
  tfplugin6::ValidateResourceConfig::Request request;
  tfplugin6::ValidateResourceConfig::Response response;
  request.set_type_name(type);
  request.mutable_config()->set_msgpack(config);
  return stubs_->told(&Stub::ValidateResourceConfig, request, response);
}

Reply Plugin::validate_data_source(const std::string& type, const std::string& config) {
  tfplugin6::ValidateDataResourceConfig::Request request;
  tfplugin6::ValidateDataResourceConfig::Response response;
  request.set_type_name(type);
  request.mutable_config()->set_msgpack(config);
  return stubs_->told(&Stub::ValidateDataResourceConfig, request, response);
}

Reply Plugin::upgrade(const std::string& type, const std::string& json) {
  tfplugin6::UpgradeResourceState::Request request;
  tfplugin6::UpgradeResourceState::Response response;
  request.set_type_name(type);
  request.mutable_raw_state()->set_json(json);
  auto reply = stubs_->told(&Stub::UpgradeResourceState, request, response);
  reply.value = value_of(response.upgraded_state());
  return reply;
}

Reply Plugin::read(const std::string& type, const std::string& state) {
  tfplugin6::ReadResource::Request request;
  tfplugin6::ReadResource::Response response;
  request.set_type_name(type);
  request.mutable_current_state()->set_msgpack(state);
  auto reply = stubs_->told(&Stub::ReadResource, request, response);
  reply.value = value_of(response.new_state());
  return reply;
}

Reply Plugin::plan(const std::string& type, const std::string& prior, const std::string& config,
                   const std::string& handed_on) {
  tfplugin6::PlanResourceChange::Request request;
  tfplugin6::PlanResourceChange::Response response;
  request.set_type_name(type);
  request.mutable_prior_state()->set_msgpack(prior);
  request.mutable_proposed_new_state()->set_msgpack(config);
  request.mutable_config()->set_msgpack(config);
  request.set_prior_private(handed_on);
  auto reply = stubs_->told(&Stub::PlanResourceChange, request, response);
  reply.handed_on = response.planned_private();
  reply.value = value_of(response.planned_state());
  for (const auto& path : response.requires_replace()) reply.replaced.push_back(path_text(path));
  return reply;
}

Reply Plugin::apply(const std::string& type, const std::string& prior, const std::string& planned) {
  tfplugin6::ApplyResourceChange::Request request;
  tfplugin6::ApplyResourceChange::Response response;
  request.set_type_name(type);
  request.mutable_prior_state()->set_msgpack(prior);
  request.mutable_planned_state()->set_msgpack(planned);
  auto reply = stubs_->told(&Stub::ApplyResourceChange, request, response);
  reply.value = value_of(response.new_state());
  return reply;
}

Reply Plugin::import(const std::string& type, const std::string& id) {
  tfplugin6::ImportResourceState::Request request;
  tfplugin6::ImportResourceState::Response response;
  request.set_type_name(type);
  request.set_id(id);
  auto reply = stubs_->told(&Stub::ImportResourceState, request, response);
  if (response.imported_resources_size() == 1) reply.value = value_of(response.imported_resources(0).state());
  return reply;
}

Reply Plugin::read_data_source(const std::string& type, const std::string& config) {
  tfplugin6::ReadDataSource::Request request;
  tfplugin6::ReadDataSource::Response response;
  request.set_type_name(type);
  request.mutable_config()->set_msgpack(config);
  auto reply = stubs_->told(&Stub::ReadDataSource, request, response);
  reply.value = value_of(response.state());
  return reply;
}

Reply Plugin::stop() {
  tfplugin6::StopProvider::Response response;
  return {.answered = stubs_->call(&Stub::StopProvider, tfplugin6::StopProvider::Request(), response)};
}

std::optional<int> Plugin::shut_down() {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + limit);
  plugin::Empty empty;
  if (!stubs_->controller->Shutdown(&context, {}, &empty).ok()) return std::nullopt;
  return wait();
}

std::optional<int> Plugin::wait() {
  for (const auto end = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < end;) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    std::this_thread::sleep_for(10ms);
  }
  return std::nullopt;
}

}  // namespace nocloud::test
