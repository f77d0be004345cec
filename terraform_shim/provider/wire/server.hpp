#pragma once

#include <functional>
#include <string_view>

#include "terraform_shim/provider/wire/handshake.hpp"

namespace nocloud::terraform {

class Provider;

/// Serves the provider to the Terraform that started us, on a socket that `announce` is given the handshake
/// line for, until Terraform asks to end, or is gone: then what is going on is ended first.
void serve(Provider& provider, const Invitation& invitation,
           const std::function<void(std::string_view line)>& announce);

}  // namespace nocloud::terraform
