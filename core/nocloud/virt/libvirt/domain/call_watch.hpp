#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "nocloud/model/name.hpp"
#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {

/// Notices that a call about a VM does not end because libvirt waits for the VM's QEMU, which may hang. Such
/// a call can't be interrupted, and others take long for other reasons. So this asks libvirt, on a connection
/// of its own, for how long it has waited for QEMU.
class LibvirtCallWatch {
 public:
  /// Hears every half second for how long libvirt has waited for a VM's QEMU, from a thread of its own.
  using Listener = std::function<void(const VmName& name, std::chrono::milliseconds waited)>;

  /// Without a listener nothing is watched.
  LibvirtCallWatch(std::string uri, Listener listener)
      : uri_(std::move(uri)), listener_(std::move(listener)) {}
  /// Waits for the answer to the last question.
  ~LibvirtCallWatch() = default;
  LibvirtCallWatch(const LibvirtCallWatch&) = delete;
  LibvirtCallWatch& operator=(const LibvirtCallWatch&) = delete;

  /// Makes one call, and watches it.
  template <class Work>
  auto during(const VmName& name, const Work& work) {
    const Entry entry(*this, name);
    return work();
  }

 private:
  using SteadyClock = std::chrono::steady_clock;
  struct Begun {
    VmName name;
    SteadyClock::time_point at;
  };
  class Entry {
   public:
    Entry(LibvirtCallWatch& watch, const VmName& name) : watch_(watch), begun_(watch.begin(name)) {}
    ~Entry() { watch_.end(begun_); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    LibvirtCallWatch& watch_;
    std::list<Begun>::iterator begun_;
  };

  std::list<Begun>::iterator begin(const VmName& name);
  void end(std::list<Begun>::iterator begun);
  void watch(const std::stop_token& stop);
  /// Those that have gone on for some seconds.
  std::vector<Begun> long_calls();
  /// For how long libvirt has waited for the VM's QEMU; nothing if it does not, or if that can't be known.
  std::optional<std::chrono::milliseconds> wait_for(const VmName& name);

  std::string uri_;
  Listener listener_;
  std::mutex mutex_;
  std::list<Begun> begun_;
  /// Of the thread's alone, and made when it is needed.
  std::optional<Connection> connection_;
  std::jthread thread_;
};

}  // namespace nocloud
