#include "nocloud/ops/guest/panic_watch.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

constexpr Clock::Duration pause_between_reads = 1s;
constexpr std::size_t most_at_once = 65'536;

/// Guests that are waited for together are not to be looked at in the same moment.
Clock::Duration delay_of(const VmName& name) {
  return std::chrono::milliseconds(std::hash<std::string>()(name.str()) % 1000);
}

}  // namespace

PanicWatch::PanicWatch(const Context& context, VmName name)
    : context_(context),
      name_(std::move(name)),
      last_read_(context.clock.now() + delay_of(name_)),
      next_refresh_(context.clock.now()),
      refresh_pause_(pause_between_reads) {}

std::optional<KernelPanic> PanicWatch::look() {
  if (context_.clock.now() - last_read_ < pause_between_reads) return std::nullopt;
  const bool known_before = search_.found().has_value();
  read();
  const bool told = search_.is_over() || known_before;
  return told ? search_.found() : std::nullopt;
}

std::optional<KernelPanic> PanicWatch::look_now() {
  read();
  return search_.found();
}

void PanicWatch::begin_anew() {
  search_ = {};
  offset_ = 0;
  last_read_ = next_refresh_ = context_.clock.now();
  refresh_pause_ = pause_between_reads;
}

void PanicWatch::read() {
  last_read_ = context_.clock.now();
  const auto log = console_log_of(name_);
  try {
    const auto volume = find_log();
    if (!volume) return;
    const auto size = volume->capacity_bytes;
    if (size < offset_) begin_anew();  // or libvirt has put an older part of it aside
    if (size - offset_ > most_at_once) {
      search_.skip();
      offset_ = size - most_at_once;
    }
    if (size == offset_) return;
    const auto text = context_.hypervisor.read_volume(log, offset_, most_at_once);
    offset_ += text.size();
    search_.feed(text);
  } catch (const Error& error) {
    // The wait goes on by what else is known of the guest.
    if (error.kind() == ErrorKind::unavailable) throw;
  }
}

/// The host does not see a new file by itself.
std::optional<Volume> PanicWatch::find_log() {
  auto& hypervisor = context_.hypervisor;
  auto volume = hypervisor.find_volume(console_log_of(name_));
  if (volume || last_read_ < next_refresh_) return volume;
  next_refresh_ = last_read_ + refresh_pause_;
  refresh_pause_ *= 2;
  hypervisor.refresh_volumes();
  return hypervisor.find_volume(console_log_of(name_));
}

}  // namespace nocloud
