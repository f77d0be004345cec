#include "nocloud/app/libvirt_silence.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr seconds worth_saying = 5s;
constexpr seconds least_limit = 15s;
constexpr seconds usual_limit = 120s;
constexpr seconds guest_worth_saying = 10s;
constexpr seconds usual_guest_limit = 600s;

}  // namespace

std::function<void(std::chrono::milliseconds)> silence_listener(Reporter& reporter, std::string uri,
                                                                SilenceHabits habits) {
  const auto limit = std::max(habits.limit.value_or(usual_limit), least_limit);
  return [&reporter, limit, said = false, uri = std::move(uri),
          habits = std::move(habits)](std::chrono::milliseconds silent) mutable {
    const auto what = fmt::format("libvirt at {} has not answered for {} s", cited(uri),
                                  std::chrono::duration_cast<seconds>(silent).count());
    if (silent < worth_saying) {
      said = false;
    } else if (silent >= limit) {
      habits.on_end(
          {ErrorKind::timed_out, what,
           "Look whether its daemon hangs: `systemctl status libvirtd`. Then run the command again: it "
           "completes or removes what was begun."});
    } else if (!std::exchange(said, true)) {
      reporter.warn(what, fmt::format("Look whether its daemon hangs. The wait ends after {} s, or at ^C.",
                                      limit.count()));
    }
  };
}

std::function<void(const VmName&, std::chrono::milliseconds)> guest_wait_listener(Reporter& reporter,
                                                                                  SilenceHabits habits) {
  const auto limit = std::max(habits.limit.value_or(usual_guest_limit), least_limit);
  return [&reporter, limit, heard = std::map<VmName, std::chrono::milliseconds>(),
          habits = std::move(habits)](const VmName& name, std::chrono::milliseconds waited) mutable {
    const auto what = fmt::format("libvirt has waited for the QEMU process of VM {} for {} s",
                                  cited(name.str()), std::chrono::duration_cast<seconds>(waited).count());
    const auto force = fmt::format("`vmstop {} --grace 0` forces the VM off", name);
    if (waited >= limit) {
      return habits.on_end(
          {ErrorKind::timed_out, what, fmt::format("If it hangs, {}. Then run the command again.", force)});
    }
    auto& last = heard[name];
    const bool is_told = last >= guest_worth_saying && waited >= last;
    last = waited;
    if (waited < guest_worth_saying || is_told) return;
    reporter.warn(what,
                  fmt::format("It has much to do, or it hangs: then {}. The wait ends after {} s, or at ^C.",
                              force, limit.count()));
  };
}

}  // namespace nocloud
