#include "nocloud/model/network_list.hpp"

#include <gtest/gtest.h>

#include "nocloud/model/vm.hpp"
#include "support/refusal.hpp"
#include "support/sample_vm.hpp"

namespace nocloud::test {
namespace {

TEST(NetworkList, IsReadFromWordsAndWrittenBack) {
  for (const auto* text : {"nat", "user", "nat=office,bridge=br0", "user,nat,bridge=br0", "bridge=br0,nat"}) {
    EXPECT_EQ(NetworkList::parse(text).str(), text);
  }
  EXPECT_EQ(NetworkList::parse(" nat=nocloud , bridge=br0 ").str(), "nat,bridge=br0");
  EXPECT_EQ(NetworkList().str(), "nat");
}

TEST(NetworkList, IsNothingElse) {
  for (const auto* bad : {"", ",", "nat,", "nat,nat", "nat,nat=nocloud", "nat,user", "user,user", "group=x",
                          "nat,group=x", "nat,nonsense"}) {
    EXPECT_EQ(refusal_of([&] { NetworkList::parse(bad); }).kind(), ErrorKind::invalid_input) << bad;
  }
  std::string many = "nat";
  for (int i = 1; i < 8; ++i) many += ",bridge=br" + std::to_string(i);
  EXPECT_EQ(NetworkList::parse(many).all().size(), NetworkList::most);
  EXPECT_EQ(refusal_of([&] { NetworkList::parse(many + ",bridge=br8"); }).message(),
            "a VM has 1 to 8 networks, not 9");
  EXPECT_EQ(refusal_of([] { NetworkList(std::vector<NetworkChoice>()); }).message(),
            "a VM has 1 to 8 networks, not 0");
}

TEST(NetworksOf, LeavesOutWhatTheGroupMeetsOn) {
  auto vm = sample_vm();
  const auto nic = vm.nics.front();
  vm.nics.clear();
  EXPECT_EQ(networks_of(vm.nics), std::nullopt);
  for (const auto* network : {"user", "group=pftest", "bridge=br0"}) {
    vm.nics.push_back(nic);
    vm.nics.back().network = NetworkChoice::parse(network);
  }
  EXPECT_EQ(networks_of(vm.nics), NetworkList::parse("user,bridge=br0"));
}

}  // namespace
}  // namespace nocloud::test
