#include "nocloud/ops/console_log.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

std::string console_report(Hypervisor& hypervisor, const VmName& name) {
  constexpr std::size_t lines_shown = 20;
  constexpr std::size_t bytes_read = 16384;
  std::string log;
  try {
    hypervisor.refresh_volumes();
    if (hypervisor.find_volume(console_log_of(name)))
      log = hypervisor.read_tail(console_log_of(name), bytes_read);
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

}  // namespace nocloud
