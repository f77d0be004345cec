#include <condition_variable>
#include <mutex>
#include <vector>

#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using Kind = DomainEvent::Kind;

/// What was heard of one VM. Being paused or resumed belongs to a start, differently with every driver.
class Ears {
 public:
  explicit Ears(VmName name) : name_(std::move(name)) {}

  DomainListener listener() {
    return {.on_event = [this](const DomainEvent& event) { hear(event); }};
  }
  /// So many events, waited for.
  std::vector<Kind> heard(std::size_t count) {
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, 60s, [&] { return kinds_.size() >= count; });
    return kinds_;
  }

 private:
  void hear(const DomainEvent& event) {
    if (event.name != name_ || event.kind == Kind::paused || event.kind == Kind::resumed) return;
    const std::lock_guard lock(mutex_);
    kinds_.push_back(event.kind);
    news_.notify_all();
  }

  VmName name_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::vector<Kind> kinds_;
};

class EventContract : public Contract {
 protected:
  void live_and_die(Hypervisor& host) {
    const auto mode = lacks("start_vm paused").empty() ? StartMode::paused : StartMode::running;
    make_vm(definition_of("a"));
    host.start_vm(vm_name("a"), mode);
    host.force_off_vm(vm_name("a"));
    host.undefine_vm(vm_name("a"));
  }
  const std::vector<Kind> whole_life{Kind::defined, Kind::started, Kind::stopped, Kind::undefined};
};
INSTANTIATE_TEST_SUITE_P(Port, EventContract, every_kind, name_of_kind);

TEST_P(EventContract, TellsAVmsLife) {
  Ears ears(vm_name("a"));
  const auto subscription = host().subscribe(ears.listener());
  live_and_die(host());
  EXPECT_EQ(ears.heard(4), whole_life);
}

TEST_P(EventContract, TellsWhatOthersDo) {
  Ears ears(vm_name("a"));
  const auto other = world().second_connection();
  const auto subscription = other->subscribe(ears.listener());
  live_and_die(host());
  EXPECT_EQ(ears.heard(4), whole_life);
}

TEST_P(EventContract, TellsNothingOfAChange) {
  auto definition = definition_of("a");
  const auto uuid = make_vm(definition);
  Ears ears(vm_name("a"));
  const auto subscription = host().subscribe(ears.listener());
  definition.cpus = CpuCount::of(2);
  host().redefine_vm(uuid, definition);
  host().complete_vm(definition.name);
  host().undefine_vm(definition.name);
  EXPECT_EQ(ears.heard(1), std::vector{Kind::undefined});
}

TEST_P(EventContract, TellsNothingOnceTheSubscriptionIsGone) {
  Ears first(vm_name("a"));
  Ears second(vm_name("a"));
  auto ended = host().subscribe(first.listener());
  const auto going_on = host().subscribe(second.listener());
  ended.reset();
  live_and_die(host());
  EXPECT_EQ(second.heard(4), whole_life);
  EXPECT_EQ(first.heard(0), std::vector<Kind>{});
}

}  // namespace
}  // namespace nocloud::test
