#include "nocloud/ops/guest/guest_reboot.hpp"

#include <string>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

/// cloud-init leaves the mark when it has looked at power_state, once in a VM's life
/// (cc_power_state_change.py), and reboots as soon as its last stage has ended. A mark older than this boot
/// was left by the one before; one that is 20 seconds old, with cloud-init through, means no reboot.
constexpr std::string_view question =
    "mark=/var/lib/cloud/instance/sem/config_power_state_change; [ -e $mark ] || exit 0; "
    "made=$(stat -c %Y $mark); [ $made -ge $(sed -n 's/^btime //p' /proc/stat) ] || { echo done; exit 0; }; "
    "[ -e /run/cloud-init/result.json ] && [ $(($(date +%s) - $made)) -gt 20 ] && echo none; exit 0";

}  // namespace

Reboot reboot_of(const RunInGuest& run) {
  std::string answer;
  const auto add = [&](std::string_view text) {
    if (answer.size() < 64) answer += text;
  };
  try {
    run(question, {.output = add, .errors = [](std::string_view) {}});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unavailable) throw;
    return Reboot::awaited;
  }
  if (answer == "done\n") return Reboot::done;
  return answer == "none\n" ? Reboot::none : Reboot::awaited;
}

}  // namespace nocloud
