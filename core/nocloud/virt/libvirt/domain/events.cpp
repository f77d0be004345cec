#include "nocloud/virt/libvirt/domain/events.hpp"

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <libvirt/libvirt.h>

#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {
namespace {

/// What libvirt keeps of a listener, and deletes when it has nothing more to tell it: some time after it was
/// asked to tell it nothing more.
class Ear {
 public:
  explicit Ear(DomainListener listener) : listener_(std::move(listener)) {}

  void tell(virDomainPtr domain, DomainEvent::Kind kind) {
    const std::lock_guard lock(mutex_);
    if (!listener_) return;
    if (auto name = vm_of_domain(virDomainGetName(domain)))
      listener_->on_event({.name = *std::move(name), .kind = kind});
  }
  void close() {
    const std::lock_guard lock(mutex_);
    listener_.reset();
  }

 private:
  std::mutex mutex_;
  std::optional<DomainListener> listener_;
};

Ear& ear_at(void* data) {
  return *static_cast<Ear*>(data);
}

void delete_ear(void* data) {
  delete static_cast<Ear*>(data);  // NOLINT(cppcoreguidelines-owning-memory): a C library kept it
}

std::optional<DomainEvent::Kind> kind_of(int event, int detail) {
  using Kind = DomainEvent::Kind;
  switch (event) {
    case VIR_DOMAIN_EVENT_DEFINED:
      return detail == VIR_DOMAIN_EVENT_DEFINED_ADDED ? std::optional(Kind::defined) : std::nullopt;
    case VIR_DOMAIN_EVENT_UNDEFINED:
      return Kind::undefined;
    case VIR_DOMAIN_EVENT_STARTED:
      return Kind::started;
    case VIR_DOMAIN_EVENT_SUSPENDED:
    case VIR_DOMAIN_EVENT_PMSUSPENDED:
      return Kind::paused;
    case VIR_DOMAIN_EVENT_RESUMED:
      return Kind::resumed;
    case VIR_DOMAIN_EVENT_STOPPED:
      // FAILED: its QEMU has ended by itself.
      return detail == VIR_DOMAIN_EVENT_STOPPED_CRASHED || detail == VIR_DOMAIN_EVENT_STOPPED_FAILED
                 ? Kind::crashed
                 : Kind::stopped;
    case VIR_DOMAIN_EVENT_CRASHED:
      return Kind::crashed;
    default:
      return std::nullopt;  // a guest has begun to power off
  }
}

int on_lifecycle(virConnectPtr /*connection*/, virDomainPtr domain, int event, int detail, void* data) {
  if (const auto kind = kind_of(event, detail)) ear_at(data).tell(domain, *kind);
  return 0;
}

void on_reboot(virConnectPtr /*connection*/, virDomainPtr domain, void* data) {
  ear_at(data).tell(domain, DomainEvent::Kind::rebooted);
}

void on_close(virConnectPtr /*connection*/, int /*reason*/, void* data) {
  static_cast<DomainListener*>(data)->on_loss();
}

class LibvirtSubscription final : public Subscription {
 public:
  LibvirtSubscription(const std::string& uri, DomainListener listener)
      : listener_(std::move(listener)), connection_(uri, Connection::Events::wanted) {
    // Where a driver has no such thing a loss is seen by the next call.
    virConnectRegisterCloseCallback(connection_.get(), on_close, &listener_, nullptr);
    // NOLINTBEGIN(cppcoreguidelines-prefer-member-initializer): a loss is listened to before them
    lifecycle_ = listen(VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
    reboot_ = listen(VIR_DOMAIN_EVENT_ID_REBOOT, VIR_DOMAIN_EVENT_CALLBACK(on_reboot));
    // NOLINTEND(cppcoreguidelines-prefer-member-initializer)
    if (lifecycle_ >= 0 && reboot_ >= 0) return;
    const auto fault = last_fault();
    end();
    throw connection_.error("cannot listen to what becomes of VMs", fault);
  }
  LibvirtSubscription(const LibvirtSubscription&) = delete;
  LibvirtSubscription& operator=(const LibvirtSubscription&) = delete;
  ~LibvirtSubscription() override { end(); }

 private:
  int listen(int event, virConnectDomainEventGenericCallback callback) {
    auto ear = std::make_unique<Ear>(listener_);
    const int id =
        virConnectDomainEventRegisterAny(connection_.get(), nullptr, event, callback, ear.get(), delete_ear);
    if (id >= 0) ears_.push_back(ear.release());
    return id;
  }

  void end() {
    for (auto* ear : ears_) ear->close();
    for (const int id : {lifecycle_, reboot_}) {
      if (id >= 0) virConnectDomainEventDeregisterAny(connection_.get(), id);
    }
    // Waits for one that is being called.
    virConnectUnregisterCloseCallback(connection_.get(), on_close);
  }

  DomainListener listener_;
  const Connection connection_;
  /// Libvirt's, from its being asked to tell nothing more on.
  std::vector<Ear*> ears_;
  int lifecycle_ = -1;
  int reboot_ = -1;
};

}  // namespace

std::unique_ptr<Subscription> subscribe_at(const std::string& uri, DomainListener listener) {
  return std::make_unique<LibvirtSubscription>(uri, std::move(listener));
}

}  // namespace nocloud
