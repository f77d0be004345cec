#include <algorithm>

#include <gmock/gmock.h>

#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

class RunningVmContract : public Contract {
 protected:
  /// As it is found; every list says the same.
  VmState state_of(std::string_view stem) {
    const auto name = vm_name(stem);
    const auto state = host().find_vm(name).value().state;
    const auto held = host().held_names();
    EXPECT_EQ(std::ranges::find(held, name, &HeldName::name)->state, state);
    const auto summaries = host().vm_summaries();
    EXPECT_EQ(std::ranges::find(summaries, name, &VmSummary::name)->state, state);
    return state;
  }
  /// Paused where that can be had: no guest has to run for these cases.
  StartMode start_mode() const {
    return lacks("start_vm paused").empty() ? StartMode::paused : StartMode::running;
  }
};
INSTANTIATE_TEST_SUITE_P(Port, RunningVmContract, every_kind, name_of_kind);

TEST_P(RunningVmContract, StartsAndEnds) {
  make_vm(definition_of("a"));
  host().start_vm(vm_name("a"), start_mode());
  EXPECT_NE(state_of("a"), VmState::stopped);
  EXPECT_EQ(host().start_vm(vm_name("a"), start_mode()), Beginning::was_up);
  host().force_off_vm(vm_name("a"));
  EXPECT_EQ(state_of("a"), VmState::stopped);
  EXPECT_EQ(host().find_vm(vm_name("a"))->fault, "");
  host().force_off_vm(vm_name("a"));
}

TEST_P(RunningVmContract, StartsPaused) {
  if (const auto reason = lacks("start_vm paused"); !reason.empty()) GTEST_SKIP() << reason;
  make_vm(definition_of("a"));
  host().start_vm(vm_name("a"), StartMode::paused);
  EXPECT_EQ(state_of("a"), VmState::paused);
  EXPECT_EQ(host().find_vm(vm_name("a"))->fault, "");
  const auto vms = host().vms();
  EXPECT_EQ(std::ranges::find(vms, vm_name("a"), &Vm::name)->state, VmState::paused);
}

TEST_P(RunningVmContract, StartsWithAllItsParts) {
  auto definition = definition_of("a");
  definition.init = GuestInit::cloud_init;
  definition.disks = {DiskSize::of_gib(1), DiskSize::of_gib(2)};
  definition.nics = {{.network = {.kind = NetworkKind::user, .name = {}},
                      .mac = MacAddress::parse("52:54:00:00:00:01"),
                      .port = 20322},
                     {.network = {.kind = NetworkKind::group, .name = "contract"},
                      .mac = MacAddress::parse("52:54:00:00:00:02"),
                      .address = Ipv4Address::parse("10.120.0.7")}};
  make_vm(definition);
  host().start_vm(definition.name, start_mode());
  EXPECT_NE(state_of("a"), VmState::stopped);
}

TEST_P(RunningVmContract, DoesNotStartWhatIsNotThere) {
  EXPECT_EQ(error_of([&] { host().start_vm(vm_name("a"), StartMode::running); }), ErrorKind::not_found);
}

TEST_P(RunningVmContract, HasNothingToStopInStoppedAndAbsentVms) {
  host().define_vm(definition_of("a"));
  for (const auto* stem : {"a", "b"}) {
    host().shut_down_vm(vm_name(stem));
    host().force_off_vm(vm_name(stem));
  }
  EXPECT_EQ(state_of("a"), VmState::stopped);
}

TEST_P(RunningVmContract, AsksAPausedGuestInVain) {
  if (const auto reason = lacks("start_vm paused"); !reason.empty()) GTEST_SKIP() << reason;
  make_vm(definition_of("a"));
  host().start_vm(vm_name("a"), StartMode::paused);
  host().shut_down_vm(vm_name("a"));
  EXPECT_EQ(state_of("a"), VmState::paused);
}

TEST_P(RunningVmContract, DoesNotForgetARunningVm) {
  make_vm(definition_of("a"));
  host().start_vm(vm_name("a"), start_mode());
  EXPECT_EQ(error_of([&] { host().undefine_vm(vm_name("a")); }), ErrorKind::conflict);
  EXPECT_NE(state_of("a"), VmState::stopped);
}

TEST_P(RunningVmContract, ChangesTheRecordOfARunningVm) {
  auto definition = definition_of("a");
  const auto uuid = make_vm(definition);
  host().start_vm(definition.name, start_mode());
  definition.cpus = CpuCount::of(2);
  host().redefine_vm(uuid, definition);
  host().complete_vm(definition.name);
  const auto found = host().find_vm(definition.name);
  EXPECT_EQ(found->cpus, CpuCount::of(2));
  EXPECT_TRUE(found->complete);
  EXPECT_NE(found->state, VmState::stopped);
}

TEST_P(RunningVmContract, SaysThatAPortIsTaken) {
  if (const auto reason = lacks("start_vm ports"); !reason.empty()) GTEST_SKIP() << reason;
  auto definition = definition_of("a");
  definition.nics = {{.network = {.kind = NetworkKind::user, .name = {}},
                      .mac = MacAddress::parse("52:54:00:00:00:01"),
                      .port = 20323}};
  make_vm(definition);
  world().take_port(20323);
  try {
    host().start_vm(definition.name, StartMode::paused);
    FAIL() << "it has started";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_NE(error.message().find("20323"), std::string::npos) << error.message();
  }
  EXPECT_EQ(state_of("a"), VmState::stopped);
}

TEST_P(RunningVmContract, KeepsALogOfTheConsole) {
  if (const auto reason = lacks("start_vm console"); !reason.empty()) GTEST_SKIP() << reason;
  make_vm(definition_of("a"));
  const auto log = console_log_of(vm_name("a"));
  host().start_vm(vm_name("a"), StartMode::paused);
  host().refresh_volumes();
  ASSERT_TRUE(host().find_volume(log));
  EXPECT_EQ(host().read_volume(log, 0, 1000), "");
  host().force_off_vm(vm_name("a"));
  EXPECT_TRUE(host().delete_volume(log));
}

TEST_P(RunningVmContract, ShowsItsScreenWhileItIsUp) {
  auto definition = definition_of("a");
  definition.installation = Installation{.screen = Installation::Screen::port};
  make_vm(definition);
  const auto look = [&] { host().screenshot(definition.name); };
  const auto open = [&] { host().open_screen(definition.name, "hush"); };
  EXPECT_EQ(error_of(look), ErrorKind::unavailable);
  EXPECT_EQ(error_of(open), ErrorKind::unavailable);
  host().start_vm(definition.name, start_mode());
  EXPECT_THAT(host().screenshot(definition.name), testing::StartsWith("\x89PNG"));
  if (const auto reason = lacks("open_screen"); !reason.empty()) GTEST_SKIP() << reason;
  EXPECT_NE(host().open_screen(definition.name, "hush").port, 0U);
  EXPECT_EQ(host().open_screen(definition.name, "other").socket, "");
}

TEST_P(RunningVmContract, ShowsItsScreenOnASocket) {
  if (const auto reason = lacks("open_screen"); !reason.empty()) GTEST_SKIP() << reason;
  auto definition = definition_of("a");
  definition.installation = Installation{.screen = Installation::Screen::socket};
  make_vm(definition);
  host().start_vm(definition.name, start_mode());
  EXPECT_THAT(host().open_screen(definition.name, "").socket, testing::StartsWith("/"));
}

TEST_P(RunningVmContract, ShowsNoScreenWhereThereIsNone) {
  make_vm(definition_of("a"));
  host().start_vm(vm_name("a"), start_mode());
  EXPECT_EQ(error_of([&] { host().screenshot(vm_name("a")); }), ErrorKind::unavailable);
  EXPECT_EQ(error_of([&] { host().open_screen(vm_name("a"), ""); }), ErrorKind::unavailable);
  EXPECT_EQ(error_of([&] { host().screenshot(vm_name("b")); }), ErrorKind::not_found);
}

TEST_P(RunningVmContract, SetsNoClockOfAGuestThatDoesNotRun) {
  const auto now = std::chrono::system_clock::now();
  make_vm(definition_of("a"));
  EXPECT_FALSE(host().set_clock(vm_name("a"), now));
  EXPECT_EQ(error_of([&] { host().set_clock(vm_name("b"), now); }), ErrorKind::not_found);
  if (const auto reason = lacks("start_vm paused"); !reason.empty()) GTEST_SKIP() << reason;
  EXPECT_EQ(host().start_vm(vm_name("a"), StartMode::paused), Beginning::boots);
  EXPECT_FALSE(host().set_clock(vm_name("a"), now));
}

TEST_P(RunningVmContract, FindsNoAddressOfAStoppedVm) {
  auto definition = definition_of("a");
  definition.nics = {{.network = {.kind = NetworkKind::user, .name = {}},
                      .mac = MacAddress::parse("52:54:00:00:00:01"),
                      .port = 20324}};
  host().define_vm(definition);
  EXPECT_EQ(host().find_address(definition.name, definition.nics.front().mac), std::nullopt);
  EXPECT_EQ(host().find_address(vm_name("b"), definition.nics.front().mac), std::nullopt);
}

TEST_P(RunningVmContract, FindsNoAddressBeforeTheGuestHasOne) {
  if (const auto reason = lacks("find_address none"); !reason.empty()) GTEST_SKIP() << reason;
  if (!host().place().privileged) GTEST_SKIP() << "an ordinary user's libvirt makes no networks";
  const auto plan = network_plan();
  host().define_network(plan);
  auto definition = definition_of("a");
  definition.nics = {{.network = {.kind = NetworkKind::nat, .name = plan.name.str()},
                      .mac = MacAddress::parse("52:54:00:00:00:01")}};
  make_vm(definition);
  host().start_vm(definition.name, StartMode::paused);
  EXPECT_EQ(host().find_address(definition.name, definition.nics.front().mac), std::nullopt);
}

TEST_P(RunningVmContract, DoesNotStartOnANetworkThatIsDown) {
  if (const auto reason = lacks("start_vm paused"); !reason.empty()) GTEST_SKIP() << reason;
  if (!host().place().privileged) GTEST_SKIP() << "an ordinary user's libvirt makes no networks";
  const auto plan = network_plan();
  host().define_network(plan);
  world().stop_network(plan.name);
  auto definition = definition_of("a");
  definition.nics = {{.network = {.kind = NetworkKind::nat, .name = plan.name.str()},
                      .mac = MacAddress::parse("52:54:00:00:00:01")}};
  make_vm(definition);
  EXPECT_EQ(error_of([&] { host().start_vm(definition.name, StartMode::paused); }), ErrorKind::failed);
  EXPECT_EQ(state_of("a"), VmState::stopped);
}

}  // namespace
}  // namespace nocloud::test
