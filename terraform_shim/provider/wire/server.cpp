#include "terraform_shim/provider/wire/server.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <controller.grpc.pb.h>
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/program/caller.hpp"
#include "terraform_shim/provider/provider.hpp"
#include "terraform_shim/provider/wire/certificate.hpp"
#include "terraform_shim/provider/wire/service.hpp"
#include "terraform_shim/provider/wire/socket_place.hpp"

namespace nocloud::terraform {
namespace {

using namespace std::chrono_literals;

/// As Terraform allows its plugins.
constexpr int largest_message = 64 << 20;

/// How long an answer that is on its way may take when all ends.
constexpr auto last_answers = 2s;

/// Hears Terraform say that it is done, with all that it was told in its state. Terraform waits for the
/// answer.
class Controller final : public plugin::GRPCController::Service {
 public:
  explicit Controller(Provider& provider) : provider_(provider) {}

  grpc::Status Shutdown(grpc::ServerContext*, const plugin::Empty*, plugin::Empty*) override {
    provider_.confirm_answered();
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
    return grpc::Status::OK;
  }

  bool wait_until_done(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return done_; });
  }

 private:
  Provider& provider_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

auto credentials_for(const Invitation& invitation, const Certificate& certificate) {
  if (!invitation.client_certificate) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = *invitation.client_certificate;
  options.pem_key_cert_pairs.push_back({certificate.key_pem, certificate.pem});
  return grpc::SslServerCredentials(options);
}

std::filesystem::path private_folder() {
  const auto caller = find_caller();
  claim_runtime_folder(caller);
  return caller.runtime_folder;
}

}  // namespace

void serve(Provider& provider, const Invitation& invitation,
           const std::function<void(std::string_view line)>& announce) {
  const auto parent = ::getppid();
  const SocketPlace place(private_folder());
  const auto certificate = invitation.client_certificate ? make_certificate() : Certificate{};
  const auto service = make_service(provider);
  Controller controller(provider);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + place.path().string(), credentials_for(invitation, certificate));
  builder.SetMaxReceiveMessageSize(largest_message);
  builder.RegisterService(service.get());
  builder.RegisterService(&controller);
  const auto server = builder.BuildAndStart();
  if (!server) {
    throw Error(ErrorKind::unavailable, fmt::format("cannot listen on {}", cited(place.path().string())));
  }
  announce(handshake_line(place.path().string(), certificate.der));
  while (!controller.wait_until_done(1s)) {
    if (::getppid() == parent) continue;
    provider.stop();
    break;
  }
  server->Shutdown(std::chrono::system_clock::now() + last_answers);
  server->Wait();
}

}  // namespace nocloud::terraform
