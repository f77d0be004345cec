#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/vm/wait.hpp"

namespace nocloud {

/// What became of a VM, in words: "started"; "address" with the detail "10.120.0.7 port 22"; "vanished".
struct VmNews {
  const VmName& name;
  std::string_view event;
  std::string_view detail = {};
};
/// Hears of it. Called from several threads, one at a time.
using VmNewsListener = std::function<void(const VmNews& news)>;

/// Tells what becomes of a group's VMs, as the host says it, while it lives. Of each guest that comes up it
/// also tells when it has an address, and when it answers over SSH with its own host key.
class GroupWatch {
 public:
  struct Subject {
    GroupName group;
    /// Those that are there. What else appears in the group and is the caller's has joined it,
    std::vector<Vm> present = {};
    /// unless it is one of these, which are to be made.
    std::set<VmName> expected = {};
    /// How long a guest may take to answer; nothing: default_wait.
    std::optional<std::chrono::seconds> timeout = std::nullopt;
  };
  struct Count {
    std::size_t vms = 0;
    std::size_t up = 0;
    std::size_t answering = 0;

    bool operator==(const Count&) const = default;
  };

  /// Throws what Hypervisor::subscribe does.
  GroupWatch(Context context, Subject subject, VmNewsListener listener);
  ~GroupWatch();
  GroupWatch(const GroupWatch&) = delete;
  GroupWatch& operator=(const GroupWatch&) = delete;

  Count count() const;
  /// Whether the connection is lost, so that nothing more will be heard.
  bool is_deaf() const;

 private:
  struct Member {
    bool up = false;
    bool paused = false;
    bool answers = false;
    /// Whether it was seen to start: its first boot is the only one that may be started again.
    bool started = false;
    /// Waits for it to answer.
    std::jthread waiter = {};
  };

  void listen(const std::stop_token& stop);
  void handle(const DomainEvent& event);
  bool admit(const DomainEvent& event);
  bool is_ours(const VmName& name) const;
  void forget(const VmName& name);
  void come_up(const VmName& name, std::string_view event);
  void go_down(const VmName& name, std::string_view event);
  void pause(const VmName& name);
  void resume(const VmName& name);
  void await(const VmName& name, OnEarlyPanic on_early_panic);
  void end_wait(const VmName& name);
  void wait_for(const VmName& name, OnEarlyPanic on_early_panic, const std::stop_token& stop);
  void tell(const VmName& name, std::string_view event, std::string_view detail = {});

  Context context_;
  Subject subject_;
  VmNewsListener news_;
  std::mutex telling_;

  /// Of what follows; only the listener adds and removes members.
  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<DomainEvent> events_;
  std::map<VmName, Member> members_;
  bool deaf_ = false;

  std::unique_ptr<Subscription> subscription_;
  std::jthread listener_;
};

}  // namespace nocloud
