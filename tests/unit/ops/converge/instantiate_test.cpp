#include "nocloud/ops/converge/instantiate.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/virt/domain_names.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Instantiate : public testing::Test, protected Scene {
 protected:
  FakeWorld::Domain& vm(std::string_view name) { return world.domain(name); }
};

std::vector<Change> changes_of(const std::vector<InstantiatedVm>& results) {
  std::vector<Change> changes;
  for (const auto& result : results) changes.push_back(result.change);
  return changes;
}

TEST_F(Instantiate, MakesWholeRunningVms) {
  const auto results = instantiate_all(me.context(), request_for(webs(3)));
  EXPECT_THAT(changes_of(results), ElementsAre(Change::created, Change::created, Change::created));
  EXPECT_THAT(vm_names(world), ElementsAre("web00", "web01", "web02"));
  EXPECT_THAT(flaws(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Instantiate, RecordsWhatFollowsFromTheName) {
  const auto results = instantiate_all(me.context(), request_for({described("web00")}));
  const auto& made = results.at(0).located->vm;
  EXPECT_EQ(made.nics.at(0).mac.str(), "52:54:00:d0:5c:02");
  EXPECT_EQ(made.owner, eva);
  EXPECT_EQ(made.user.str(), "debian");
  EXPECT_EQ(made.host_key, me.keyring.host_key_of(made.name).public_key);
  EXPECT_EQ(made.memory, debian12().memory);
}

TEST_F(Instantiate, SecondRunChangesNothing) {
  instantiate_all(me.context(), request_for(webs(3)));
  const auto before = snapshot_of(world);
  auto later = another();
  const auto results = instantiate_all(later.context(), request_for(webs(3)));
  EXPECT_THAT(changes_of(results), ElementsAre(Change::none, Change::none, Change::none));
  EXPECT_EQ(snapshot_of(world), before);
  EXPECT_THAT(later.reporter.warnings(), IsEmpty());
  for (const auto& result : results) EXPECT_THAT(result.differences, IsEmpty());
}

TEST_F(Instantiate, SecondRunVerifiesWithoutALogin) {
  instantiate_all(me.context(), request_for(webs(1)));
  auto later = another();
  instantiate_all(later.context(), request_for(webs(1)));
  ASSERT_EQ(later.ssh.visits().size(), 1U);
  EXPECT_EQ(later.ssh.visits()[0].until, SshStage::host_key_verified);
  EXPECT_EQ(me.ssh.visits().at(0).until, SshStage::logged_in);
}

TEST_F(Instantiate, MadeAnewAVmIsReachedAsBefore) {
  const auto first = instantiate_all(me.context(), request_for({described("web00")}));
  remove_everything(me.context());
  const auto second = instantiate_all(another().context(), request_for({described("web00")}));
  EXPECT_EQ(first[0].located->endpoint->host, second[0].located->endpoint->host);
  EXPECT_EQ(first[0].located->vm.host_key, second[0].located->vm.host_key);
  EXPECT_EQ(first[0].located->vm.nics, second[0].located->vm.nics);
  EXPECT_NE(first[0].located->vm.uuid, second[0].located->vm.uuid);
}

TEST_F(Instantiate, StartsWhatIsStopped) {
  instantiate_all(me.context(), request_for(webs(2)));
  vm("web01").state = VmState::stopped;
  const auto uuid = vm("web01").uuid;
  const auto results = instantiate_all(me.context(), request_for(webs(2)));
  EXPECT_THAT(changes_of(results), ElementsAre(Change::none, Change::started));
  EXPECT_EQ(vm("web01").state, VmState::running);
  EXPECT_EQ(vm("web01").uuid, uuid);
}

TEST_F(Instantiate, MakesAnewWhatIsIncomplete) {
  instantiate_all(me.context(), request_for(webs(1)));
  vm("web00").state = VmState::stopped;
  vm("web00").vm->complete = false;
  const auto uuid = vm("web00").uuid;
  const auto results = instantiate_all(me.context(), request_for(webs(1)));
  EXPECT_THAT(changes_of(results), ElementsAre(Change::created));
  EXPECT_NE(vm("web00").uuid, uuid);
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(Instantiate, LeavesAnotherOwnersVmAlone) {
  instantiate_all(another(bob).context(), request_for({described("web01")}));
  const auto before = snapshot_of(world);
  auto request = request_for(webs(2));
  for (auto& wanted : request.vms) wanted.group = GroupName::parse("mine");
  const auto error = refusal_of([&] { instantiate(me.context(), request); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("bob@here"));
  EXPECT_EQ(snapshot_of(world), before);
}

TEST_F(Instantiate, LeavesAnotherOwnersGroupAlone) {
  instantiate_all(another(bob).context(), request_for({described("db00")}));
  const auto before = snapshot_of(world);
  const auto error = refusal_of([&] { instantiate(me.context(), request_for(webs(1))); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("'pftest' belongs to bob@here"));
  EXPECT_EQ(snapshot_of(world), before);
}

TEST_F(Instantiate, AGroupThatIsSharedStaysOpenToAllWhoHaveAVmInIt) {
  instantiate_all(me.context(), request_for(webs(1)));
  auto guest = another(bob);
  auto shared = request_for({described("sh77")});
  shared.owner = OwnerFilter::parse("eva");
  instantiate_all(guest.context(), shared);
  EXPECT_THAT(changes_of(instantiate_all(me.context(), request_for(webs(2)))),
              ElementsAre(Change::none, Change::created));
  EXPECT_THAT(refusal_of([&] { instantiate(guest.context(), request_for(webs(1))); }).message(),
              HasSubstr("VM 'web00' belongs to eva@here"));
}

TEST_F(Instantiate, ForeignDomainKeepsItsName) {
  world.domains["web00"] = {.uuid = "foreign", .state = VmState::running};
  const auto before = snapshot_of(world);
  const auto error = refusal_of([&] { instantiate(me.context(), request_for(webs(2))); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("'web00'"));
  EXPECT_EQ(snapshot_of(world), before);
}

TEST_F(Instantiate, AnUnreadableVmOrTemplateOfTheNameChangesNothing) {
  instantiate_all(me.context(), request_for(webs(1)));
  const auto volumes = world.volumes.size();
  for (const auto* domain : {"web00", "debian12.template"}) {
    world.domain(domain).unreadable = "'vsock' is unknown";
    const auto error = refusal_of([&] { instantiate(me.context(), request_for(webs(2))); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    EXPECT_THAT(error.message(), HasSubstr(domain));
    EXPECT_NE(error.hint(), "");
    world.domain(domain).unreadable.clear();
  }
  EXPECT_EQ(world.volumes.size(), volumes);
  EXPECT_FALSE(world.domains.contains("web01"));
}

TEST_F(Instantiate, MissingTemplateChangesNothing) {
  auto request = request_for(webs(1));
  request.vms.push_back(described("web01"));
  request.vms[1].template_name = TemplateName::parse("nosuch");
  const auto before = snapshot_of(world);
  const auto error = refusal_of([&] { instantiate(me.context(), request); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.message(), HasSubstr("'nosuch'"));
  EXPECT_EQ(snapshot_of(world), before);
}

TEST_F(Instantiate, IncompleteTemplateIsNone) {
  world.domains.at("debian12.template").source->complete = false;
  EXPECT_EQ(refusal_of([&] { instantiate(me.context(), request_for(webs(1))); }).kind(),
            ErrorKind::not_found);
}

TEST_F(Instantiate, DryRunSaysWhatItWouldDoAndDoesNothing) {
  instantiate_all(me.context(), request_for(webs(2)));
  vm("web01").state = VmState::stopped;
  const auto before = snapshot_of(world);
  auto request = request_for(webs(3));
  request.effect = InstantiateRequest::Effect::dry_run;
  auto later = another();
  const auto results = instantiate_all(later.context(), request);
  EXPECT_THAT(changes_of(results), ElementsAre(Change::none, Change::started, Change::created));
  EXPECT_EQ(snapshot_of(world), before);
  EXPECT_THAT(later.ssh.visits(), IsEmpty());
}

TEST_F(Instantiate, ReportsDifferencesAndChangesNothingAboutThem) {
  instantiate_all(me.context(), request_for(webs(1)));
  auto request = request_for({described("web00", {.memory = Memory::of_mib(2048)})});
  const auto results = instantiate_all(me.context(), request);
  EXPECT_THAT(texts_of(results[0].differences), ElementsAre("memory in MB is 1024, not 2048"));
  EXPECT_EQ(results[0].change, Change::none);
  EXPECT_EQ(vm("web00").vm->memory, Memory::of_mib(1024));
}

TEST_F(Instantiate, OneVmsFailureLeavesTheOthers) {
  me.hypervisor.fail_next("create_overlay", {ErrorKind::failed, "no space left on device"});
  const auto results = instantiate(me.context(), request_for(webs(3)));
  const auto failed =
      std::ranges::count_if(results, [](const auto& result) { return result.error.has_value(); });
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(vm_names(world).size(), 2U);
  EXPECT_THAT(flaws(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Instantiate, SaysWhichVmCouldNotBeMade) {
  me.hypervisor.fail_next("create_overlay", {ErrorKind::failed, "no space left on device"});
  const auto results = instantiate(me.context(), request_for(webs(1)));
  EXPECT_THAT(results[0].error->message(), HasSubstr("'web00'"));
  EXPECT_THAT(results[0].error->message(), HasSubstr("no space left on device"));
  EXPECT_EQ(results[0].change, Change::none) << "nothing is there";
}

TEST_F(Instantiate, InterruptedLeavesWholeVmsOrNone) {
  const auto results = instantiate(me.interrupted(), request_for(webs(3)));
  ASSERT_EQ(results.size(), 3U);
  for (const auto& result : results) EXPECT_EQ(result.error.value().kind(), ErrorKind::interrupted);
  EXPECT_THAT(vm_names(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Instantiate, ManyAtOnceAreWholeAndApart) {
  instantiate_all(me.context(), request_for(webs(40)));
  EXPECT_EQ(vm_names(world).size(), 40U);
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(Instantiate, WaitsForNothingWhenToldSo) {
  auto request = request_for(webs(1));
  request.wait = WaitFor::none;
  request.start = StartMode::paused;
  instantiate_all(me.context(), request);
  EXPECT_EQ(vm("web00").state, VmState::paused);
  EXPECT_THAT(me.ssh.visits(), IsEmpty());
}

TEST_F(Instantiate, TellsSshWhereTheVmIs) {
  const auto results = instantiate_all(me.context(), request_for(webs(1)));
  const auto known = read_file(me.keyring.known_hosts(), 100'000);
  EXPECT_THAT(known, HasSubstr("web00"));
  EXPECT_THAT(known, HasSubstr(results[0].located->vm.host_key));
}

TEST_F(Instantiate, ChoosesVirtualisationByTrial) {
  auto request = request_for(webs(1));
  request.virt_type.reset();
  world.boots_under = {VirtType::qemu};
  instantiate_all(me.context(), request);
  EXPECT_EQ(vm("web00").vm->virt_type, VirtType::qemu);
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("KVM is there but runs no kernel")));
}

TEST_F(Instantiate, TriesKvmOncePerBoot) {
  auto request = request_for(webs(1));
  request.virt_type.reset();
  instantiate_all(me.context(), request);
  EXPECT_EQ(vm("web00").vm->virt_type, VirtType::kvm);
  EXPECT_EQ(me.hypervisor.count_of("trial_boot"), 1U);
  remove_everything(me.context());
  auto later = another();
  instantiate_all(later.context(), request);
  EXPECT_EQ(later.hypervisor.count_of("trial_boot"), 0U);
}

TEST_F(Instantiate, MovesATakenPortAndSaysSo) {
  auto request = request_for(webs(1));
  request.networks = NetworkList::parse("user");
  const auto port = forwarded_port_of(VmName::parse("web00"));
  world.taken_ports = {port, static_cast<std::uint16_t>(port + 1)};
  const auto results = instantiate_all(me.context(), request);
  EXPECT_EQ(results[0].located->endpoint->port, port + 2);
  EXPECT_EQ(vm("web00").vm->nics[0].port, port + 2);
  EXPECT_THAT(me.reporter.warnings(),
              Contains(HasSubstr(fmt::format("port {} of VM 'web00' is taken", port))));
}

TEST_F(Instantiate, GivesUpWhenNoPortIsFree) {
  auto request = request_for(webs(1));
  request.networks = NetworkList::parse("user");
  for (std::uint16_t port = first_forwarded_port; port <= last_forwarded_port; ++port) {
    world.taken_ports.insert(port);
  }
  const auto results = instantiate(me.context(), request);
  EXPECT_EQ(results[0].error->kind(), ErrorKind::conflict);
  EXPECT_THAT(vm_names(world), IsEmpty());
}

TEST_F(Instantiate, MakesNothingWithUserDataThatCloudInitCannotRead) {
  auto request = request_for({described("web00")});
  request.user_data = "#cloud-config\n\tpackages: [vim]\n";
  const auto error = refusal_of([&] { instantiate(me.context(), request); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("user-data:2:1: "));
  EXPECT_FALSE(world.domains.contains("web00"));
}

}  // namespace
}  // namespace nocloud::test
