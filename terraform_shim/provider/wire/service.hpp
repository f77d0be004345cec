#pragma once

#include <memory>

namespace grpc {
class Service;
}

namespace nocloud::terraform {

class Provider;

/// The provider as `tfplugin6.Provider`, which must not outlive it.
std::unique_ptr<grpc::Service> make_service(Provider& provider);

}  // namespace nocloud::terraform
