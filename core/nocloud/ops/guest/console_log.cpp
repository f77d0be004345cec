#include "nocloud/ops/guest/console_log.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

std::string console_report(Hypervisor& hypervisor, const VmName& name) {
  constexpr std::size_t lines_shown = 20;
  constexpr std::uint64_t bytes_read = 16384;
  std::string log;
  try {
    hypervisor.refresh_volumes();
    if (const auto volume = hypervisor.find_volume(console_log_of(name))) {
      const auto size = volume->capacity_bytes;
      log = hypervisor.read_volume(console_log_of(name), size - std::min(size, bytes_read), bytes_read);
    }
  } catch (const Error& error) {
    return fmt::format("\n  (its console log can't be read: {})", error.message());
  }
  if (log.empty()) return "\n  (it has written nothing on its console)";
  std::string report = fmt::format("\n  the last lines of {}:", console_log_of(name));
  for (const auto line : split(last_lines(log, lines_shown), '\n')) {
    if (!trimmed(line).empty()) report += fmt::format("\n  | {}", printable(trimmed(line)));
  }
  return report;
}

bool follow_console(const Context& context, const VmName& name, const ConsoleFollower& follower) {
  using namespace std::chrono_literals;
  constexpr std::size_t piece = 65'536;
  auto& hypervisor = context.hypervisor;
  const auto log = console_log_of(name);
  hypervisor.refresh_volumes();
  for (std::uint64_t offset = 0;;) {
    // What it was before we read: its last words must not be missed.
    const auto vm = hypervisor.find_vm(name);
    if (const auto volume = hypervisor.find_volume(log)) {
      if (volume->capacity_bytes < offset) offset = 0;  // the log was rotated, or begun anew
      for (;;) {
        const auto text = hypervisor.read_volume(log, offset, piece);
        if (text.empty()) break;
        offset += text.size();
        follower.on_text(text);
      }
    }
    if (!vm || !is_up(vm->state)) return true;
    if (context.clock.now() >= follower.deadline || !follower.goes_on()) return false;
    context.clock.sleep(500ms, context.stop);
    if (context.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
  }
}

}  // namespace nocloud
