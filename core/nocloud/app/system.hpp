#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "nocloud/ops/context.hpp"
#include "nocloud/program/caller.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud {

/// The real world behind the ports, as one run of a program needs it. The only place where adapters are
/// built.
class System {
 public:
  /// Hears that libvirt has not answered for as long as the run may wait, while its call still hangs.
  using OnHang = std::function<void(const Error&)>;

  /// Connects. Throws Error{unavailable} with the remedy if that fails.
  System(const Invocation& invocation, Reporter& reporter, std::stop_token stop,
         const OnHang& on_hang = end_program);

  const Context& context() const { return context_; }

 private:
  Caller caller_;
  std::unique_ptr<Hypervisor> hypervisor_;
  std::unique_ptr<Ssh> ssh_;
  SystemClock clock_;
  Keyring keyring_;
  Locks locks_;
  Context context_;
};

}  // namespace nocloud
