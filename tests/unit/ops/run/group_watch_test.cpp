#include "nocloud/ops/run/group_watch.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Matches;
using testing::StartsWith;

/// What is told of each VM; a test waits for the last that it expects.
class News {
 public:
  VmNewsListener listener() {
    return [this](const VmNews& news) {
      const std::lock_guard lock(mutex_);
      told_[news.name.str()].push_back(news.detail.empty() ? std::string(news.event)
                                                           : fmt::format("{} {}", news.event, news.detail));
      arrived_.notify_all();
    };
  }
  /// All that was told of a VM up to this, which is waited for; without it, too, after a minute.
  std::vector<std::string> up_to(const std::string& name, std::string_view last) {
    return once(name, [&](const auto& told) {
      return std::ranges::any_of(told, [&](const auto& what) { return what.starts_with(last); });
    });
  }
  /// All that was told of a VM when it is as wanted, which is waited for; otherwise what there is after a
  /// minute.
  std::vector<std::string> once(const std::string& name,
                                const std::function<bool(const std::vector<std::string>&)>& wanted) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, 60s, [&] { return wanted(told_[name]); });
    return std::exchange(told_[name], {});
  }
  std::vector<std::string> of(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return told_[name];
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::string, std::vector<std::string>> told_;
};

class Watching : public testing::Test, protected Scene {
 protected:
  GroupWatch watch_one(std::vector<Vm> present = {}) {
    return {me.context(),
            {.group = described("web00").group, .present = std::move(present), .expected = {web00}},
            news.listener()};
  }
  void make(const std::vector<DescribedVm>& vms = webs(1)) {
    auto request = request_for(vms);
    request.wait = WaitFor::none;
    instantiate_all(me.context(), request);
  }
  std::vector<Vm> all() { return vms_to_stop(me.context(), {}); }
  void tell(DomainEvent::Kind kind) {
    const std::scoped_lock lock(world.mutex);
    world.tell("web00", kind);
  }

  const VmName web00 = VmName::parse("web00");
  News news;
};

TEST_F(Watching, AGuestThatPanickedBeforeItRanAnythingIsStartedAgainOnce) {
  me.ssh.put_everywhere({.reached = SshStage::silent});
  const std::string panic = "[    0.040000] Kernel panic - not syncing: IO-APIC + timer doesn't work!\n";
  world.next_console_texts = {panic, panic};
  const auto watch = watch_one();
  make();
  // Starts are told by libvirt, the panic by the wait: either may be first.
  const auto panicked = AllOf(StartsWith("does not answer"), HasSubstr("has panicked"));
  const auto told = news.once("web00", [&](const auto& told_so_far) {
    return std::ranges::count(told_so_far, "started") == 2 && Matches(Contains(panicked))(told_so_far);
  });
  EXPECT_EQ(std::ranges::count(told, "started"), 2);
  EXPECT_EQ(std::ranges::count(told, "powered off"), 1);
  EXPECT_THAT(told, Contains(panicked));
  EXPECT_EQ(me.hypervisor.count_of("start_vm"), 2U);
}

TEST_F(Watching, TellsOfVmsThatAreMade) {
  const auto watch = watch_one();
  EXPECT_EQ(watch.count(), GroupWatch::Count{});
  make();
  EXPECT_THAT(news.up_to("web00", "answered"),
              ElementsAre("created", "started", HasSubstr("address "), "answered"));
  EXPECT_EQ(watch.count(), (GroupWatch::Count{.vms = 1, .up = 1, .answering = 1}));
}

TEST_F(Watching, TellsOfVmsThatAreThere) {
  make();
  const auto watch = watch_one(all());
  EXPECT_THAT(news.up_to("web00", "answered"), ElementsAre("is up", HasSubstr("address "), "answered"));
}

TEST_F(Watching, TellsOfTheirEnd) {
  make();
  const auto watch = watch_one(all());
  news.up_to("web00", "answered");
  remove_everything(me.context());
  EXPECT_THAT(news.up_to("web00", "vanished"), ElementsAre("powered off", "vanished"));
  EXPECT_EQ(watch.count(), GroupWatch::Count{});
}

TEST_F(Watching, TellsOfACrash) {
  make();
  const auto watch = watch_one(all());
  news.up_to("web00", "answered");
  tell(DomainEvent::Kind::crashed);
  EXPECT_THAT(news.up_to("web00", "crashed"), ElementsAre("crashed"));
  EXPECT_EQ(watch.count(), GroupWatch::Count{.vms = 1});
}

TEST_F(Watching, WaitsAgainAfterAReboot) {
  make();
  const auto watch = watch_one(all());
  news.up_to("web00", "answered");
  tell(DomainEvent::Kind::rebooted);
  EXPECT_THAT(news.up_to("web00", "answered"), ElementsAre("rebooted", HasSubstr("address "), "answered"));
}

TEST_F(Watching, TellsOfAPause) {
  make();
  const auto watch = watch_one(all());
  news.up_to("web00", "answered");
  tell(DomainEvent::Kind::resumed);  // as at the end of every start
  tell(DomainEvent::Kind::paused);
  EXPECT_THAT(news.up_to("web00", "paused"), ElementsAre("paused"));
  EXPECT_EQ(watch.count().answering, 0U);
  tell(DomainEvent::Kind::resumed);
  EXPECT_THAT(news.up_to("web00", "answered"), ElementsAre("resumed", HasSubstr("address "), "answered"));
}

TEST_F(Watching, TellsWhoJoins) {
  const auto watch = watch_one();
  make(webs(2));
  EXPECT_THAT(news.up_to("web01", "answered"),
              ElementsAre("joined the group", "started", HasSubstr("address "), "answered"));
  EXPECT_THAT(news.up_to("web00", "answered").front(), "created");
}

TEST_F(Watching, HearsNothingOfOtherGroupsAndOwners) {
  const auto watch = watch_one();
  auto elsewhere = described("web01");
  elsewhere.group = GroupName::parse("other");
  make({elsewhere});
  auto other = another(bob);
  auto request = request_for({described("web07")});
  request.wait = WaitFor::none;
  request.vms.front().group = GroupName::parse("bobs");
  instantiate_all(other.context(), request);
  make();
  news.up_to("web00", "answered");
  EXPECT_THAT(news.of("web01"), IsEmpty());
  EXPECT_THAT(news.of("web07"), IsEmpty());
}

TEST_F(Watching, SaysWhyOneDoesNotAnswer) {
  me.ssh.put_everywhere({.reached = SshStage::port_open, .obstacle = "it says nothing"});
  const auto watch = watch_one();
  make();
  const auto told = news.up_to("web00", "does not answer");
  EXPECT_THAT(told.back(), HasSubstr("it says nothing"));
  EXPECT_THAT(told.back(), testing::Not(HasSubstr("\n")));
  EXPECT_EQ(watch.count(), (GroupWatch::Count{.vms = 1, .up = 1}));
}

TEST_F(Watching, KnowsThatItHearsNothingMore) {
  const auto watch = watch_one();
  EXPECT_FALSE(watch.is_deaf());
  {
    const std::scoped_lock lock(world.mutex);
    for (const auto* listener : world.listeners) listener->on_loss();
  }
  EXPECT_TRUE(watch.is_deaf());
}

}  // namespace
}  // namespace nocloud::test
