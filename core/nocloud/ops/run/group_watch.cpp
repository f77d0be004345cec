#include "nocloud/ops/run/group_watch.hpp"

#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

GroupWatch::GroupWatch(Context context, Subject subject, VmNewsListener listener)
    : context_(std::move(context)), subject_(std::move(subject)), news_(std::move(listener)) {
  for (const auto& vm : subject_.present) {
    const bool paused = vm.state == VmState::paused;
    members_[vm.name] = {.up = paused, .paused = paused};
  }
  subscription_ = context_.hypervisor.subscribe({.on_event =
                                                     [this](const DomainEvent& event) {
                                                       const std::lock_guard lock(mutex_);
                                                       events_.push_back(event);
                                                       arrived_.notify_one();
                                                     },
                                                 .on_loss =
                                                     [this] {
                                                       const std::lock_guard lock(mutex_);
                                                       deaf_ = true;
                                                     }});
  listener_ = std::jthread([this](const std::stop_token& stop) {
    for (const auto& vm : subject_.present) {
      if (vm.state == VmState::running) come_up(vm.name, "is up");
    }
    listen(stop);
  });
}

GroupWatch::~GroupWatch() {
  listener_ = {};
  // While all members are there: each may look for itself among them to its last moment.
  for (const auto& [name, member] : members_) end_wait(name);
}

GroupWatch::Count GroupWatch::count() const {
  const std::lock_guard lock(mutex_);
  Count count{.vms = members_.size()};
  for (const auto& [name, member] : members_) {
    if (member.up) ++count.up;
    if (member.answers) ++count.answering;
  }
  return count;
}

bool GroupWatch::is_deaf() const {
  const std::lock_guard lock(mutex_);
  return deaf_;
}

void GroupWatch::tell(const VmName& name, std::string_view event, std::string_view detail) {
  const std::lock_guard lock(telling_);
  news_({.name = name, .event = event, .detail = detail});
}

void GroupWatch::listen(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait(lock, stop, [&] { return !events_.empty(); })) return;
    const auto event = events_.front();
    events_.pop_front();
    lock.unlock();
    handle(event);
  }
}

void GroupWatch::handle(const DomainEvent& event) {
  using Kind = DomainEvent::Kind;
  if (!admit(event)) return;
  switch (event.kind) {
    case Kind::defined:
      return;
    case Kind::undefined:
      return forget(event.name);
    case Kind::started:
      return come_up(event.name, "started");
    case Kind::rebooted:
      return come_up(event.name, "rebooted");
    case Kind::paused:
      return pause(event.name);
    case Kind::resumed:
      return resume(event.name);
    case Kind::stopped:
      return go_down(event.name, "powered off");
    case Kind::crashed:
      return go_down(event.name, "crashed");
  }
}

/// Whether it is about one of the group's, from now on if not before.
bool GroupWatch::admit(const DomainEvent& event) {
  {
    const std::lock_guard lock(mutex_);
    if (members_.contains(event.name)) return true;
  }
  const bool expected = subject_.expected.contains(event.name);
  if (event.kind == DomainEvent::Kind::undefined || (!expected && !is_ours(event.name))) return false;
  {
    const std::lock_guard lock(mutex_);
    members_[event.name];
  }
  tell(event.name, expected ? "created" : "joined the group");
  return true;
}

bool GroupWatch::is_ours(const VmName& name) const {
  try {
    const auto vm = context_.hypervisor.find_vm(name);
    return vm && vm->group == subject_.group && vm->owner == context_.caller;
  } catch (const Error&) {
    return false;  // whose it is can't be known
  }
}

void GroupWatch::forget(const VmName& name) {
  end_wait(name);
  {
    const std::lock_guard lock(mutex_);
    members_.erase(name);
  }
  tell(name, "vanished");
}

void GroupWatch::come_up(const VmName& name, std::string_view event) {
  end_wait(name);
  tell(name, event);
  bool first_start = false;
  {
    const std::lock_guard lock(mutex_);
    auto& member = members_.at(name);
    first_start = event == "started" && !std::exchange(member.started, true);
    member.up = true;
    member.paused = false;
  }
  await(name, first_start ? OnEarlyPanic::start_again : OnEarlyPanic::fail);
}

void GroupWatch::go_down(const VmName& name, std::string_view event) {
  end_wait(name);
  {
    const std::lock_guard lock(mutex_);
    members_.at(name).up = false;
  }
  tell(name, event);
}

void GroupWatch::pause(const VmName& name) {
  end_wait(name);
  {
    const std::lock_guard lock(mutex_);
    members_.at(name).paused = true;
  }
  tell(name, "paused");
}

/// A start ends in this as well.
void GroupWatch::resume(const VmName& name) {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(members_.at(name).paused, false)) return;
  }
  tell(name, "resumed");
  await(name, OnEarlyPanic::fail);
}

void GroupWatch::await(const VmName& name, OnEarlyPanic on_early_panic) {
  std::jthread waiter(
      [this, name, on_early_panic](const std::stop_token& stop) { wait_for(name, on_early_panic, stop); });
  const std::lock_guard lock(mutex_);
  members_.at(name).waiter = std::move(waiter);
}

/// From now on nothing is known of its answering.
void GroupWatch::end_wait(const VmName& name) {
  std::jthread ended;  // joined without the mutex, which it may need
  {
    const std::lock_guard lock(mutex_);
    std::swap(ended, members_.at(name).waiter);
  }
  ended = {};
  const std::lock_guard lock(mutex_);
  members_.at(name).answers = false;
}

void GroupWatch::wait_for(const VmName& name, OnEarlyPanic on_early_panic, const std::stop_token& stop) {
  auto context = context_;
  context.stop = stop;
  try {
    const auto vm = context.hypervisor.find_vm(name);
    if (!vm) return;
    WaitRequest request{
        .name = name,
        .until = WaitFor::address,
        .on_early_panic = on_early_panic,
        .deadline = context.clock.now() + subject_.timeout.value_or(default_wait(vm->virt_type))};
    const auto found = wait_until_ready(context, request).located.value();
    tell(name, "address", fmt::format("{} port {}", found.endpoint->host, found.endpoint->port));
    request.until = WaitFor::ssh;
    wait_until_ready(context, request);
    {
      const std::lock_guard lock(mutex_);
      members_.at(name).answers = true;
    }
    tell(name, "answered");
  } catch (const Error& error) {
    if (stop.stop_requested()) return;
    const auto& message = error.message();
    tell(name, "does not answer", message.substr(0, message.find('\n')));
  }
}

}  // namespace nocloud
