#include <chrono>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "nocloud/ops/locks.hpp"
#include "nocloud/program/caller.hpp"
#include "provider/stage.hpp"

namespace nocloud::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class ProviderContract : public ConfiguredStage {
 protected:
  static Value described() {
    return vm({{"name", "web00"}, {"template", "debian12"}, {"group", "pftest"}, {"type", "web"}});
  }
  static Value described_anew() {
    auto given = described();
    given["name"] = "new";
    return given;
  }
};

TEST_F(ProviderContract, SaysWhatItHas) {
  EXPECT_THAT(plugin.schema(), UnorderedElementsAre("provider", "nocloud_vm", "nocloud_group",
                                                    "nocloud_template", "nocloud_network", "data.nocloud_vm",
                                                    "data.nocloud_group", "data.nocloud_template"));
}

TEST_F(ProviderContract, ReadsWhatIsThere) {
  const auto state = imported(0);
  EXPECT_EQ(state["uuid"], "6d5d5c5e-0000-4000-8000-000000000000");
  EXPECT_EQ(state["host"], "127.0.0.1");
  EXPECT_EQ(state["memory"], 1024);
  EXPECT_EQ(plugin.read("nocloud_vm", bytes(state)).value, state);
  auto gone = state;
  gone["name"] = "nosuch";
  const auto reply = plugin.read("nocloud_vm", bytes(gone));
  EXPECT_TRUE(reply.answered);
  EXPECT_TRUE(reply.value.is_null());
  EXPECT_THAT(reply.errors, IsEmpty());
}

TEST_F(ProviderContract, LooksUpWhatIsThere) {
  const auto group = plugin.read_data_source(
      "nocloud_group", bytes(object({"name", "type", "id", "vms"}, {{"name", "pftest"}})));
  EXPECT_EQ(group.value["vms"].size(), 2U);
  const auto none = plugin.read_data_source(
      "nocloud_group", bytes(object({"name", "type", "id", "vms"}, {{"name", "nosuch"}})));
  EXPECT_THAT(none.errors, ElementsAre(HasSubstr("there is no such VM")));
}

TEST_F(ProviderContract, PlansCreationChangeAndReplacement) {
  const auto created = plan(nullptr, described_anew());
  EXPECT_THAT(created.errors, IsEmpty());
  EXPECT_EQ(created.value["uuid"], unknown());
  EXPECT_EQ(created.value["wait_for"], "ssh");
  const auto state = imported(0);
  EXPECT_EQ(plan(state, described()).value, state);
  auto larger = described();
  larger["memory"] = 2048;
  const auto changed = plan(state, larger);
  EXPECT_THAT(changed.replaced, IsEmpty());
  EXPECT_THAT(changed.warnings, ElementsAre(HasSubstr("stopped and started again")));
  auto other = described();
  other["template"] = "other";
  EXPECT_THAT(plan(state, other).replaced, ElementsAre("template"));
  EXPECT_TRUE(plan(state, nullptr).value.is_null());
}

TEST_F(ProviderContract, ANameThatIsTakenIsToldInThePlanUnlessItsVmIsReplaced) {
  const auto create = [&](const std::string& handed_on) {
    return plan(nullptr, described(), handed_on).errors;
  };
  EXPECT_THAT(create({}), ElementsAre(HasSubstr("there is a VM 'web00' already")));
  EXPECT_THAT(create("no JSON"), ElementsAre(HasSubstr("already")));
  const auto state = imported(0);
  const auto kept = plan(state, described());
  EXPECT_THAT(create(kept.handed_on), IsEmpty());
  plan(state, described());
  EXPECT_THAT(plugin.plan("nocloud_vm", bytes(state), bytes(nullptr)).errors,
              ElementsAre(HasSubstr("another resource")));
}

TEST_F(ProviderContract, ARefinedUnknownGoesBackUnchanged) {
  auto given = described_anew();
  given["user_data"] = Value::binary({0x81, 0x01, 0xc2}, 12);
  const auto reply = plugin.plan("nocloud_vm", bytes(nullptr), bytes(given));
  EXPECT_THAT(reply.errors, IsEmpty());
  EXPECT_EQ(reply.value["user_data"], given["user_data"]);
}

TEST_F(ProviderContract, AStoredStateIsTakenOver) {
  const auto state = imported(0);
  EXPECT_EQ(plugin.upgrade("nocloud_vm", state.dump()).value, state);
}

TEST_F(ProviderContract, DestroysWhatIsThereAndWhatIsGone) {
  const auto state = imported(0);
  for (int times = 0; times < 2; ++times) {
    const auto reply = plugin.apply("nocloud_vm", bytes(state), bytes(nullptr));
    EXPECT_THAT(reply.errors, IsEmpty());
    EXPECT_TRUE(reply.value.is_null());
  }
  EXPECT_TRUE(plugin.read("nocloud_vm", bytes(state)).value.is_null());
  EXPECT_FALSE(imported(1).is_null());
}

TEST_F(ProviderContract, ACreateThatFailsBeforeItBeginsSavesNothing) {
  auto planned =
      plugin.plan("nocloud_vm", bytes(nullptr), bytes(vm({{"name", "new"}, {"template", "nosuch"}}))).value;
  const auto reply = plugin.apply("nocloud_vm", bytes(nullptr), bytes(planned));
  EXPECT_THAT(reply.errors, ElementsAre(HasSubstr("there is no template 'nosuch'")));
  EXPECT_TRUE(reply.value.is_null());
}

TEST_F(ProviderContract, AStopEndsWhatIsGoingOnWithItsStateKept) {
  const auto state = imported(0);
  const Locks locks(find_caller().lock_folders, uri());
  const auto held = locks.acquire("web00", {});
  Reply reply;
  std::jthread destroying([&] { reply = plugin.apply("nocloud_vm", bytes(state), bytes(nullptr)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_TRUE(plugin.stop().answered);
  destroying.join();
  EXPECT_TRUE(reply.answered);
  EXPECT_THAT(reply.errors, ElementsAre(HasSubstr("interrupted")));
  EXPECT_EQ(reply.value, state);
}

TEST_F(ProviderContract, ABadConnectionIsToldAtItsPlace) {
  for (const auto* wrong : {"nonsense", "qemu+ssh://", "test:///no/such/file", "-x", "a b"}) {
    const auto reply = plugin.configure(bytes(settings({{"uri", wrong}})));
    EXPECT_THAT(reply.errors, Contains(testing::StartsWith("uri: "))) << wrong;
  }
}

/// Many VMs that are there.
class ProviderOfMany : public ConfiguredStage {
 protected:
  ProviderOfMany() : ConfiguredStage(200) {}

  std::size_t resident_kib() const {
    std::ifstream file(fmt::format("/proc/{}/statm", plugin.pid()));
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
  }
};

TEST_F(ProviderOfMany, AnswersTenAtOnce) {
  std::vector<std::jthread> threads;
  for (unsigned first = 0; first < 10; ++first) {
    threads.emplace_back([&, first] {
      for (unsigned number = first; number < 200; number += 10) {
        const auto reply = plugin.import("nocloud_vm", web(number));
        EXPECT_EQ(reply.value["name"], web(number));
        EXPECT_EQ(plugin.read("nocloud_vm", bytes(reply.value)).value, reply.value);
      }
    });
  }
}

TEST_F(ProviderOfMany, DoesNotGrowWithWhatItIsAsked) {
  if (NOCLOUD_SANITIZED) GTEST_SKIP() << "sanitizers keep what is freed";
  const auto state = imported(0);
  // Of a name that is not known yet a plan claims nothing.
  const auto config = bytes(vm({{"name", unknown()}, {"template", "debian12"}, {"memory", 512}}));
  const auto cycles = [&](unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      plugin.validate_resource("nocloud_vm", config);
      plugin.read("nocloud_vm", bytes(state));
      EXPECT_THAT(plugin.plan("nocloud_vm", bytes(nullptr), config).errors, IsEmpty());
    }
  };
  cycles(200);
  const auto before = resident_kib();
  cycles(1000);
  EXPECT_LT(resident_kib(), before + 2048);
}

}  // namespace
}  // namespace nocloud::test
