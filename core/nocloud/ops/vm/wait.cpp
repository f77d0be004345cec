#include "nocloud/ops/vm/wait.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/output_tail.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/guest/console_log.hpp"
#include "nocloud/ops/guest/guest_reboot.hpp"
#include "nocloud/ops/guest/panic_watch.hpp"
#include "nocloud/ops/guest/standstill.hpp"
#include "nocloud/ops/vm/start_vm.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

/// A day.
constexpr std::uint64_t most_seconds = std::uint64_t{24} * 60 * 60;

constexpr std::string_view no_reboot = "the reboot that its user-data asks for did not come";

constexpr std::array<std::pair<std::string_view, WaitFor>, 4> wait_words{
    {{"none", WaitFor::none},
     {"address", WaitFor::address},
     {"ssh", WaitFor::ssh},
     {"cloud-init", WaitFor::cloud_init}}};

WaitStage stage_of(SshStage stage) {
  switch (stage) {
    case SshStage::silent:
      return WaitStage::address;
    case SshStage::port_open:
      return WaitStage::port;
    case SshStage::banner:
      return WaitStage::banner;
    case SshStage::host_key_verified:
      return WaitStage::host_key;
    case SshStage::logged_in:
      return WaitStage::logged_in;
  }
  return WaitStage::address;
}

/// One VM's way to readiness: what it has reached, and what stands in the way.
class Waiting {
 public:
  Waiting(const Context& context, const WaitRequest& request)
      : context_(context), request_(request), name_(request.name.str()), console_(context, request.name) {}

  Readiness run() {
    for (;;) {
      try {
        return attempt();
      } catch (const Error&) {
        if (!starts_again()) throw;
      }
    }
  }

 private:
  Readiness attempt() {
    check_alive();
    readiness_.reached = std::max(readiness_.reached, WaitStage::running);  // told by whoever started it
    find_address();
    if (request_.until == WaitFor::address) return readiness_;
    wait_for_ssh();
    wait_for_reboot();
    if (request_.until == WaitFor::cloud_init) wait_for_cloud_init();
    return readiness_;
  }

  /// Once, if the kernel had run nothing yet.
  bool starts_again() {
    if (!panic_ || !panic_->before_init || request_.on_early_panic == OnEarlyPanic::fail) return false;
    if (std::exchange(started_again_, true)) return false;
    start_after_panic(context_, readiness_.located->vm, *panic_);
    panic_.reset();
    console_.begin_anew();
    return true;
  }

  void reach(WaitStage stage) {
    if (stage <= readiness_.reached) return;
    readiness_.reached = stage;
    context_.reporter.step(name_, word_for(stage));
  }

  [[noreturn]] void fail(ErrorKind kind, std::string_view what, std::string_view obstacle,
                         std::string_view hint) const {
    std::string message = fmt::format("VM {} {}", cited(name_), what);
    if (readiness_.located && readiness_.located->endpoint) {
      const auto& endpoint = *readiness_.located->endpoint;
      message += fmt::format(" ({} port {})", endpoint.host, endpoint.port);
    }
    if (!obstacle.empty()) message += fmt::format(": {}", obstacle);
    message += console_report(context_.hypervisor, request_.name);
    throw Error(kind, message, std::string(hint));
  }

  [[noreturn]] void out_of_time(std::string_view missing, std::string_view obstacle) {
    check_panic(console_.look_now());
    fail(ErrorKind::timed_out,
         fmt::format("is not ready in time: it got as far as '{}', then {}", word_for(readiness_.reached),
                     missing),
         obstacle,
         "It is kept for a look: `vm -n NAME`, `vmrunning`. Give it more time with --timeout SECONDS.");
  }

  void check_panic(std::optional<KernelPanic> panic) {
    if (!panic) return;
    panic_ = std::move(panic);
    fail(ErrorKind::failed, "has panicked", panic_->words,
         fmt::format("Its console says why: `vm -n {0} --log`. `vmstop {0}` powers it off.", name_));
  }

  [[noreturn]] void fail_as_removed() const {
    throw Error(ErrorKind::not_found, fmt::format("VM {} was removed while it was waited for", cited(name_)),
                "Another run did that, as `vmstop -d` does. The command that made it makes it anew.");
  }

  /// Who removes a VM powers it off first: that is not the guest's doing.
  [[noreturn]] void fail_as_down() const {
    const auto until = context_.clock.now() + 2s;
    while (context_.clock.now() < until && !context_.stop.stop_requested()) {
      context_.clock.sleep(100ms, context_.stop);
      const auto vm = context_.hypervisor.find_vm(request_.name);
      if (!vm || !vm->complete) fail_as_removed();
    }
    fail(ErrorKind::failed, "has powered off", "", "If nobody stopped it, its console, above, may say why.");
  }

  void check_alive() {
    const auto vm = context_.hypervisor.find_vm(request_.name);
    if (!vm) fail_as_removed();
    if (const auto standstill = standstill_of(*vm)) {
      fail(ErrorKind::failed, standstill->what, "", standstill->hint);
    }
    if (vm->state == VmState::stopped) fail_as_down();
    readiness_.located = Locator(context_.hypervisor).locate(*vm);
    check_panic(console_.look());
  }

  /// Once a second, however often it is called.
  void look_at_times() {
    const auto now = context_.clock.now();
    if (now - last_look_ <= 1s) return;
    last_look_ = now;
    check_alive();
  }

  void pause_or_give_up(std::string_view missing, Clock::Duration pause = 50ms) {
    if (context_.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    if (context_.clock.now() >= request_.deadline) out_of_time(missing, "");
    context_.clock.sleep(pause, context_.stop);
  }

  SshPeer peer() const { return peer_of(in_short(*readiness_.located), context_.keyring.identity()); }

  void find_address() {
    while (!readiness_.located->endpoint) {
      pause_or_give_up(
          "no address of it was found (leases, guest agent and the host's ARP table were asked)");
      check_alive();
    }
    reach(WaitStage::address);
  }

  void wait_for_ssh() {
    const SshWait wait{
        .until = request_.depth == WaitDepth::login ? SshStage::logged_in : SshStage::host_key_verified,
        .deadline = request_.deadline,
        .stop = context_.stop,
        .watch = [this](const SshProgress& progress) {
          reach(stage_of(progress.reached));
          look_at_times();
        }};
    last_look_ = context_.clock.now();
    const auto progress = context_.ssh.wait_for(peer(), wait);
    if (progress.reached == SshStage::banner && context_.clock.now() < request_.deadline) {
      fail(ErrorKind::failed, "is not what answers there", progress.obstacle,
           "Another machine has its address or port, or its host key was changed inside. Nothing was sent to "
           "it.");
    }
    reach(stage_of(progress.reached));
    if (progress.reached < wait.until) {
      out_of_time(fmt::format("SSH came no further than '{}'", word_for(stage_of(progress.reached))),
                  progress.obstacle);
    }
  }

  void wait_for_reboot() {
    if (request_.after_first_boot == PowerState::other) return;
    for (;;) {
      const auto found = reboot_of([&](std::string_view command, const CommandSinks& sinks) {
        try {
          return context_.ssh.run(peer(), command, sinks, request_.deadline, context_.stop);
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::timed_out) out_of_time(no_reboot, error.message());
          throw;
        }
      });
      if (found == Reboot::none && request_.after_first_boot == PowerState::maybe_reboot) return;
      if (found == Reboot::done) return reach(WaitStage::rebooted);
      pause_or_give_up(no_reboot, 2s);
      check_alive();
    }
  }

  void wait_for_cloud_init() {
    if (readiness_.located->vm.init != GuestInit::cloud_init) return;
    OutputTail output;
    const int status = run_cloud_init_status(output);
    // From 23.4 on: it is done, and something could not be taken as it was written.
    if (status == 2) {
      context_.reporter.warn(fmt::format("cloud-init in VM {} is done, but reports problems: {}",
                                         cited(name_), printable(trimmed(last_lines(output.text(), 3)))),
                             fmt::format("Look at them: `vm -n {} cloud-init status --long`.", name_));
    } else if (status != 0) {
      fail(ErrorKind::failed, "has finished cloud-init with an error",
           printable(trimmed(last_lines(output.text(), 3))),
           fmt::format("Look at it: `vm -n {} cloud-init status --long`.", name_));
    }
    reach(WaitStage::cloud_init);
  }

  int run_cloud_init_status(OutputTail& output) {
    const auto add = [&](std::string_view text) { output.add(text); };
    try {
      return while_doing(fmt::format("waiting for cloud-init in VM {}", cited(name_)), [&] {
        return context_.ssh.run(peer(), "cloud-init status --wait --long",
                                {.output = add, .errors = add, .watch = [this] { look_at_times(); }},
                                request_.deadline, context_.stop);
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::timed_out) throw;
    }
    out_of_time("cloud-init did not finish", printable(trimmed(last_lines(output.text(), 3))));
  }

  const Context& context_;
  const WaitRequest& request_;
  std::string name_;
  PanicWatch console_;
  Readiness readiness_;
  std::optional<KernelPanic> panic_;
  bool started_again_ = false;
  Clock::TimePoint last_look_;
};

}  // namespace

WaitFor wait_for_from(std::string_view word) {
  for (const auto& [known, value] : wait_words) {
    if (known == word) return value;
  }
  throw Error(ErrorKind::invalid_input, fmt::format("{} is nothing to wait for", cited(word)),
              "Say none, address, ssh or cloud-init.");
}

std::string_view word_for(WaitStage stage) {
  constexpr std::array<std::string_view, 9> words{"nothing",   "running",  "address",
                                                  "port open", "banner",   "host key",
                                                  "logged in", "rebooted", "cloud-init done"};
  return words.at(static_cast<std::size_t>(stage));
}

Readiness wait_until_ready(const Context& context, const WaitRequest& request) {
  if (request.until == WaitFor::none) return {};
  return Waiting(context, request).run();
}

std::chrono::seconds seconds_from(std::string_view text) {
  const auto number = parse_number<std::uint64_t>(text);
  if (number && *number <= most_seconds) return std::chrono::seconds(*number);
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no number of seconds", cited(text)),
              fmt::format("Give a whole number from 0 to {}.", most_seconds));
}

std::chrono::seconds seconds_of(std::uint64_t number) {
  if (number <= most_seconds) return std::chrono::seconds(number);
  throw Error(ErrorKind::invalid_input, fmt::format("{} seconds are more than a day", number),
              fmt::format("Give a number from 0 to {}.", most_seconds));
}

std::chrono::seconds default_wait(VirtType type) {
  return type == VirtType::kvm ? 120s : 600s;
}

}  // namespace nocloud
