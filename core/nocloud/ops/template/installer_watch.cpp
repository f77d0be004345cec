#include "nocloud/ops/template/installer_watch.hpp"

#include <optional>
#include <string_view>

#include "nocloud/ops/guest/console_log.hpp"
#include "nocloud/ops/guest/console_words.hpp"
#include "nocloud/ops/guest/panic_watch.hpp"
#include "nocloud/ops/vm/start_vm.hpp"

namespace nocloud {

InstallerEnd see_installer_through(const Context& context, const Vm& vm, Clock::TimePoint deadline) {
  ConsoleWords words;
  std::optional<KernelPanic> panic;
  PanicWatch console(context, vm.name);
  const auto show = [&](std::string_view text) {
    words.feed(text);
    context.reporter.status(vm.name.str(), words.last());
  };
  const ConsoleFollower follower{
      .on_text = show, .goes_on = [&] { return !(panic = console.look()); }, .deadline = deadline};
  for (bool again = false; !follow_console(context, vm.name, follower); again = true) {
    if (!panic) return {.kind = InstallerEnd::Kind::out_of_time};
    if (again || !panic->before_init) return {.kind = InstallerEnd::Kind::panicked, .panic = panic->words};
    start_after_panic(context, vm, *panic);
    console.begin_anew();
  }
  return {};
}

}  // namespace nocloud
