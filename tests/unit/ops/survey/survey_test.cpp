#include "nocloud/ops/survey/survey.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/vm/boot_own.hpp"
#include "nocloud/ops/vm/connect.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Survey : public testing::Test, protected Scene {
 protected:
  void SetUp() override { instantiate_all(me.context(), request_for(webs(3))); }

  FakeWorld::Domain& vm(std::string_view name) { return world.domain(name); }
  std::vector<std::string> names(const VmFilter& filter) {
    std::vector<std::string> found;
    for (const auto& located : survey(me.context(), filter)) found.push_back(located.vm.name.str());
    return found;
  }
  LocatedVm one(std::string_view name) { return find_one(me.context(), VmName::parse(name), {}); }
};

TEST_F(Survey, ShowsWhatRunsOfTheCallers) {
  vm("web00").state = VmState::stopped;
  vm("web01").vm->owner = bob;
  EXPECT_THAT(names({}), ElementsAre("web02"));
  EXPECT_THAT(names({.state = StateFilter::all}), ElementsAre("web00", "web02"));
  EXPECT_THAT(names({.owner = OwnerFilter::parse("bob")}), ElementsAre("web01"));
  EXPECT_THAT(names({.owner = OwnerFilter::parse("any")}), ElementsAre("web01", "web02"));
}

TEST_F(Survey, ARenamedVmIsFoundByTheNameItWasMadeWith) {
  world.rename("web00", "other");
  const auto error = refusal_of([&] { one("web00"); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("was renamed: it is the VM 'web00'"));
  EXPECT_EQ(refusal_of([&] { one("web09"); }).kind(), ErrorKind::not_found) << "nothing to do with this one";
}

TEST_F(Survey, TellsWhatItLeavesOutForItsOwnerAlone) {
  const auto others_of = [&](const VmFilter& filter) {
    OthersVms in_short;
    const auto others = full_survey(me.context(), filter).others;
    survey_in_short(me.context(), filter, in_short);
    EXPECT_EQ(others.empty(), in_short.empty());
    return others.empty() ? std::string() : others.str() + ", " + others.option();
  };
  EXPECT_EQ(others_of({}), "");
  vm("web00").vm->owner = bob;
  vm("web01").vm->owner = bob;
  EXPECT_EQ(others_of({}), "2 VMs of bob@here, --owner bob@here");
  vm("web01").state = VmState::stopped;
  EXPECT_EQ(others_of({}), "1 VM of bob@here, --owner bob@here");
  vm("web02").vm->owner = {.user = "carl", .host = "here"};
  EXPECT_EQ(others_of({}), "2 VMs of bob@here and others, --owner any");
  EXPECT_EQ(others_of({.group = GroupName::parse("other")}), "");
  EXPECT_EQ(others_of({.owner = OwnerFilter::parse("any")}), "");
  EXPECT_EQ(others_of({.owner = OwnerFilter::parse("carl")}), "") << "they are what was asked for";
  EXPECT_EQ(others_of({.owner = OwnerFilter::parse("cral")}), "2 VMs of bob@here and others, --owner any");
}

TEST_F(Survey, LeavesIncompleteOnesOut) {
  vm("web00").vm->complete = false;
  EXPECT_THAT(names({.state = StateFilter::all}), ElementsAre("web01", "web02"));
  EXPECT_EQ(refusal_of([&] { one("web00"); }).kind(), ErrorKind::not_found);
}

TEST_F(Survey, TellsApartWhatIsUnreadable) {
  vm("web00").unreadable = "'vsock' is unknown";
  vm("web01").unreadable = "'vsock' is unknown";
  vm("web01").state = VmState::stopped;
  world.domain("debian12.template").unreadable = "'ignition' is unknown";
  const auto unreadable = [&](StateFilter state) {
    std::vector<std::string> found;
    for (const auto& one : full_survey(me.context(), {.state = state}).unreadable) found.push_back(one.name);
    return found;
  };
  EXPECT_THAT(names({}), ElementsAre("web02"));
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("'web00' can't be read")));
  EXPECT_THAT(unreadable(StateFilter::running), ElementsAre("web00"));
  EXPECT_THAT(unreadable(StateFilter::all), ElementsAre("web00", "web01"));
  EXPECT_EQ(survey_in_short(me.context(), {}).size(), 1U);
  EXPECT_THAT(me.reporter.warnings(), SizeIs(2));
  EXPECT_EQ(refusal_of([&] { one("web00"); }).kind(), ErrorKind::invalid_input);
}

TEST_F(Survey, MakesTheRecordedHostKeysKnown) {
  vm("web01").vm->host_key = "{{ no key }}";
  std::filesystem::remove(me.keyring.known_hosts());
  const auto known =
      read_file(ssh_access_to(me.context(), survey_in_short(me.context(), {})).known_hosts, 65536);
  EXPECT_THAT(known, ContainsRegex("web00[.][0-9a-f]+,10[.]112[.]"));
  EXPECT_THAT(known, ContainsRegex("web02[.][0-9a-f]+,10[.]112[.]"));
  // One record that says nonsense hides no other VM.
  EXPECT_THAT(known, testing::Not(HasSubstr("web01")));
}

TEST_F(Survey, SelectsByGroupAndType) {
  EXPECT_THAT(names({.group = GroupName::parse("other")}), IsEmpty());
  EXPECT_THAT(names({.type = TypeName::parse("db")}), IsEmpty());
  EXPECT_EQ(names({.group = GroupName::parse("pftest"), .type = TypeName::parse("web")}).size(), 3U);
}

TEST_F(Survey, ReadsEachNetworkOnce) {
  auto later = another();
  survey(later.context(), {});
  EXPECT_EQ(later.hypervisor.count_of("find_network"), 1U);
  EXPECT_EQ(later.hypervisor.calls().size(), 3U) << "its cost must not grow by a call a VM";
}

TEST_F(Survey, FindsTheSameInShort) {
  vm("web01").state = VmState::stopped;
  const auto in_full = survey(me.context(), {.state = StateFilter::all});
  const auto shorter = survey_in_short(me.context(), {.state = StateFilter::all});
  ASSERT_EQ(shorter.size(), 3U);
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    EXPECT_EQ(shorter[i].vm, summary_of(in_full[i].vm));
    EXPECT_EQ(shorter[i].ip, in_full[i].ip);
    EXPECT_EQ(shorter[i].endpoint->host, in_full[i].endpoint->host);
  }
}

TEST_F(Survey, KnowsWhereSshAnswers) {
  const auto located = one("web00");
  EXPECT_EQ(located.endpoint->host, located.ip->str());
  EXPECT_EQ(located.endpoint->port, 22);
  EXPECT_EQ(located.endpoint->via, "");
}

TEST_F(Survey, ReachesARemoteHostsVmsThroughIt) {
  world.place.local = false;
  world.place.via = "root@far";
  EXPECT_EQ(one("web00").endpoint->via, "root@far");
}

TEST_F(Survey, AVmWithoutANetworkHasNoPlace) {
  vm("web00").vm->nics.clear();
  EXPECT_FALSE(one("web00").endpoint);
  EXPECT_EQ(refusal_of([&] { peer_of(in_short(one("web00")), "id"); }).kind(), ErrorKind::unavailable);
}

TEST_F(Survey, AVmWhoseNetworkIsGoneHasNoPlace) {
  world.networks.clear();
  EXPECT_FALSE(one("web00").endpoint);
}

TEST_F(Survey, AVmOfAnotherThanWhoWasNamedIsNotTheCallersFault) {
  vm("web00").vm->owner = bob;
  const auto error =
      refusal_of([&] { find_one(me.context(), VmName::parse("web00"), OwnerFilter::parse("carl")); });
  EXPECT_EQ(error.message(), "VM 'web00' belongs to bob@here, not to carl");
}

TEST_F(Survey, AnothersVmNamesItsOwner) {
  vm("web00").vm->owner = bob;
  const auto error = refusal_of([&] { one("web00"); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_EQ(error.message(), "VM 'web00' belongs to bob@here, and you are eva@here");
  EXPECT_THAT(error.hint(), HasSubstr("`--owner bob@here`"));
}

TEST_F(Survey, Words) {
  EXPECT_EQ(state_filter_from("all"), StateFilter::all);
  EXPECT_EQ(refusal_of([] { state_filter_from("some"); }).kind(), ErrorKind::invalid_input);
  for (const auto* text : {"", "../x", "a:b", " a", "a\tb", "a\nb", "\x1b[2J", "\xff"}) {
    EXPECT_EQ(refusal_of([&] { OwnerFilter::parse(text); }).kind(), ErrorKind::invalid_input) << text;
  }
}

TEST(OwnerFilter, TakesALoginOrAnOwner) {
  for (const auto* login : {"eva", "first.last", "Admin", "user@example.com", "CORP\\user", "Domain User"}) {
    const Owner owner{.user = login, .host = "old"};
    EXPECT_TRUE(OwnerFilter::parse(login).accepts(owner, eva)) << login;
    EXPECT_TRUE(OwnerFilter::parse(owner.str()).accepts(owner, eva)) << login;
    EXPECT_FALSE(OwnerFilter::parse(owner.str() + "er").accepts(owner, eva)) << login;
    EXPECT_FALSE(OwnerFilter::parse("old").accepts(owner, eva)) << login;
  }
}

class Connect : public Survey {
 protected:
  ConnectRequest request() const { return {.name = VmName::parse("web00")}; }
};

TEST_F(Connect, ARunningVmIsVerifiedWithoutALogin) {
  auto later = another();
  const auto located = connect(later.context(), request());
  EXPECT_EQ(located.vm.name.str(), "web00");
  EXPECT_EQ(later.ssh.visits().at(0).until, SshStage::host_key_verified);
  EXPECT_EQ(later.hypervisor.count_of("start_vm"), 0U);
}

TEST_F(Connect, AStoppedVmIsStarted) {
  vm("web00").state = VmState::stopped;
  connect(me.context(), request());
  EXPECT_EQ(vm("web00").state, VmState::running);
  EXPECT_TRUE(me.reporter.told("web00: started"));
}

TEST_F(Connect, OnlyWhereItWasSaidToBe) {
  auto elsewhere = request();
  elsewhere.type = TypeName::parse("db");
  const auto error = refusal_of([&] { connect(me.context(), elsewhere); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.message(), HasSubstr("type 'web'"));
}

TEST_F(Connect, AnotherHostKeyEndsIt) {
  me.ssh.put_everywhere({.host_key = "ssh-ed25519 AAAAother"});
  EXPECT_EQ(refusal_of([&] { connect(me.context(), request()); }).kind(), ErrorKind::failed);
}

TEST_F(Connect, MakesSshKnowItAgain) {
  std::filesystem::remove(me.keyring.known_hosts());
  connect(me.context(), request());
  EXPECT_THAT(read_file(me.keyring.known_hosts(), 10'000), HasSubstr("web00"));
}

TEST_F(Connect, BootOwnDropsTheTemplatesKernel) {
  vm("web00").vm->boot =
      DirectBoot{.kernel = base_image('c'), .initrd = base_image('d'), .command_line = "quiet"};
  EXPECT_TRUE(boot_own(me.context(), VmName::parse("web00"), {}));
  EXPECT_FALSE(vm("web00").vm->boot);
  EXPECT_FALSE(boot_own(me.context(), VmName::parse("web00"), {}));
}

}  // namespace
}  // namespace nocloud::test
