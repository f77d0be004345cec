#include "nocloud/model/owner.hpp"

#include <gtest/gtest.h>

namespace nocloud::test {
namespace {

using Place = Owner::Place;

const Owner of_earlier_release{.user = "eva", .host = "desk"};
const Owner at_hypervisor{
    .user = "eva", .host = "desk", .uid = 1000, .machine = "aa", .place = Place::at_hypervisor};
const Owner elsewhere{.user = "eva", .host = "desk", .uid = 1000, .machine = "aa"};
const Owner without_id{.user = "eva", .host = "desk", .uid = 1000};

Owner renamed(Owner owner) {
  owner.host = "renamed";
  return owner;
}

TEST(Owner, IsThemselves) {
  for (const auto& owner : {of_earlier_release, at_hypervisor, elsewhere, without_id}) {
    for (const auto& other : {of_earlier_release, at_hypervisor, elsewhere, without_id}) {
      EXPECT_TRUE(owner == other);
    }
  }
}

TEST(Owner, StaysThemselvesWhenTheHostHasAnotherName) {
  for (const auto& owner : {at_hypervisor, elsewhere, without_id}) EXPECT_TRUE(owner == renamed(owner));
  EXPECT_TRUE(at_hypervisor == renamed(elsewhere)) << "over ssh to one's own machine";
  EXPECT_FALSE(of_earlier_release == renamed(at_hypervisor)) << "its record knows nothing but names";
}

TEST(Owner, IsTheSameInEachContainerOfTheHypervisorsMachine) {
  auto container = renamed(at_hypervisor);
  container.machine = "";
  EXPECT_TRUE(container == at_hypervisor);
  container.machine = "bb";
  EXPECT_TRUE(container == at_hypervisor);
  container.user = "builder";
  EXPECT_TRUE(container == at_hypervisor) << "the number is what the machine knows";
  container.uid = 1001;
  EXPECT_FALSE(container == at_hypervisor);
}

TEST(Owner, OfAnotherMachineIsAnother) {
  auto other = elsewhere;
  other.machine = "bb";
  EXPECT_FALSE(other == elsewhere) << "two machines can have one name";
  EXPECT_FALSE(other == at_hypervisor);
  EXPECT_FALSE(renamed(without_id) == elsewhere);
}

TEST(Owner, OfAnotherNumberIsAnother) {
  for (auto other : {elsewhere, without_id}) {
    const auto owner = other;
    other.uid = 1001;
    EXPECT_FALSE(other == owner);
  }
  auto other = renamed(without_id);
  other.user = "bob";
  EXPECT_FALSE(other == without_id) << "of machines without an id, the login counts as well";
}

}  // namespace
}  // namespace nocloud::test
