#pragma once

#include <array>

#include "nocloud/ops/converge/ensure_vm.hpp"

namespace nocloud::test {

using State = EnsureRequest::State;
inline constexpr std::array all_states{State::absent, State::present, State::started, State::stopped,
                                       State::restarted};

inline const VmName web00 = VmName::parse("web00");

/// That VM in this state, with nothing waited for.
inline EnsureRequest request_to(State state) {
  return {.name = web00, .state = state, .virt_type = VirtType::qemu, .wait = WaitFor::none};
}

}  // namespace nocloud::test
