#include <array>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/converge/ensure_vm.hpp"
#include "unit/ops/ensuring.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::IsEmpty;

/// What the VM may be before.
enum class Found { missing, incomplete, stopped, crashed, paused, running };
constexpr std::array all_found{Found::missing, Found::incomplete, Found::stopped,
                               Found::crashed, Found::paused,     Found::running};

/// In what the request differs from the VM.
struct Wish {
  std::string name;
  std::function<void(EnsureRequest&)> put;
};
const std::vector<Wish> all_wishes{
    {"nothing", [](EnsureRequest&) {}},
    {"memory", [](EnsureRequest& request) { request.memory = Memory::of_mib(2048); }},
    {"CPUs, and may be stopped",
     [](EnsureRequest& request) {
       request.cpus = CpuCount::of(2);
       request.interruption = Interruption::accept;
     }},
    {"type", [](EnsureRequest& request) { request.type = TypeName::parse("db"); }},
    {"more disks",
     [](EnsureRequest& request) {
       request.disks = {DiskSize::of_gib(5), DiskSize::of_gib(6)};
     }},
    {"no disks", [](EnsureRequest& request) { request.disks.emplace(); }},
    {"network", [](EnsureRequest& request) { request.networks = NetworkList::parse("user"); }},
    {"user-data, anew",
     [](EnsureRequest& request) {
       request.user_data = "#cloud-config\n";
       request.misfit = Misfit::recreate;
     }},
    {"memory and a network, anew", [](EnsureRequest& request) {
       request.memory = Memory::of_mib(2048);
       request.networks = NetworkList::parse("user");
       request.misfit = Misfit::recreate;
     }}};

/// Calls of the port that change nothing.
bool only_looks(const std::string& call) {
  static const std::set<std::string> looks{"host",        "vms",           "vm_summaries", "find_vm",
                                           "others_hold", "find_template", "find_network", "find_volume",
                                           "base_of",     "unreadable",    "free_bytes"};
  return looks.contains(call.substr(0, call.find(' ')));
}

void put_vm(FakeWorld& world, const Process& me, Found found) {
  if (found == Found::missing) return;
  instantiate_all(me.context(), request_for({described("web00", {.disks = {DiskSize::of_gib(5)}})}));
  auto& domain = world.domain("web00");
  if (found == Found::incomplete) domain.vm->complete = false;
  if (found == Found::paused) domain.state = VmState::paused;
  if (found == Found::crashed) domain.state = VmState::crashed;
  if (found == Found::stopped || found == Found::incomplete) domain.state = VmState::stopped;
}

void expect_as_foreseen(const std::optional<Vm>& foreseen, const std::optional<Vm>& there) {
  ASSERT_EQ(foreseen.has_value(), there.has_value());
  if (!there) return;
  auto known = static_cast<const VmDefinition&>(*foreseen);
  known.host_key = there->host_key;
  // It follows from the caller's secret, which a forecast does not make.
  for (std::size_t i = 0; i < known.nics.size(); ++i) known.nics[i].meeting = there->nics.at(i).meeting;
  EXPECT_EQ(known, static_cast<const VmDefinition&>(*there));
  EXPECT_EQ(foreseen->state, there->state);
}

/// One case of the table: what is foreseen is what is done, and done once.
void check_case(Found found, State state, const Wish& wish) {
  Scene scene;
  auto& world = scene.world;
  put_vm(world, scene.me, found);
  auto request = request_to(state);
  request.template_name = debian12().name;
  wish.put(request);
  auto process = scene.another();
  EnsurePlan plan;
  try {
    plan = plan_ensure(process.context(), request);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::conflict) << error.message();
    EXPECT_FALSE(error.hint().empty());
    return;
  }
  for (const auto& call : process.hypervisor.calls()) EXPECT_TRUE(only_looks(call)) << call;
  const auto result = ensure_vm(process.context(), request, plan);
  EXPECT_FALSE(result.error);
  EXPECT_EQ(result.changed, !plan.steps.empty());
  EXPECT_EQ(result.located.has_value(), state != State::absent);
  expect_as_foreseen(plan.after, process.hypervisor.find_vm(web00));
  EXPECT_THAT(strays(world), IsEmpty());
  const auto again = plan_ensure(process.context(), request);
  if (state == State::restarted) return;
  EXPECT_THAT(again.steps, IsEmpty());
}

TEST(EnsureVm, WhatIsForeseenIsWhatIsDone) {
  for (const auto found : all_found) {
    for (const auto state : all_states) {
      for (const auto& wish : all_wishes) {
        SCOPED_TRACE(fmt::format("found {}, state {}, wish {}", static_cast<int>(found),
                                 static_cast<int>(state), wish.name));
        check_case(found, state, wish);
      }
    }
  }
}

}  // namespace
}  // namespace nocloud::test
