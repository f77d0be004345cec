#include "nocloud/virt/libvirt/domain/snapshot_order.hpp"

#include <gtest/gtest.h>

namespace nocloud::test {
namespace {

using Names = std::vector<std::string>;

LinkedSnapshot taken(std::int64_t time, std::string name, std::string parent) {
  return {.snapshot = {.name = std::move(name), .taken = time}, .parent = std::move(parent)};
}

LinkedSnapshot current(LinkedSnapshot linked) {
  linked.snapshot.current = true;
  return linked;
}

Names ordered(const std::vector<LinkedSnapshot>& snapshots) {
  Names names;
  for (const auto& snapshot : in_order_taken(snapshots)) names.push_back(snapshot.name);
  return names;
}

TEST(SnapshotOrder, IsThatOfTime) {
  EXPECT_EQ(ordered({}), Names{});
  EXPECT_EQ(ordered({taken(30, "a", "b"), taken(20, "b", "c"), taken(10, "c", "")}), (Names{"c", "b", "a"}));
  EXPECT_EQ(ordered({taken(30, "branch", "c"), taken(20, "b", "c"), taken(10, "c", "")}),
            (Names{"c", "b", "branch"}));
}

TEST(SnapshotOrder, HasParentsFirstWithinASecond) {
  EXPECT_EQ(ordered({current(taken(10, "a6", "z6")), taken(10, "z6", "")}), (Names{"z6", "a6"}));
  EXPECT_EQ(
      ordered({taken(10, "a", "y"), current(taken(10, "b", "z")), taken(10, "y", "b"), taken(10, "z", "")}),
      (Names{"z", "b", "y", "a"}))
      << "also after a revert to b";
}

TEST(SnapshotOrder, HasTheCurrentOfTwoBranchesLast) {
  EXPECT_EQ(ordered({current(taken(10, "a", "root")), taken(10, "b", "root"), taken(9, "root", "")}),
            (Names{"root", "b", "a"}));
}

TEST(SnapshotOrder, StaysWhenTheClockIsSetBack) {
  EXPECT_EQ(ordered({taken(50, "second", "first"), taken(100, "first", ""), taken(60, "third", "second")}),
            (Names{"first", "second", "third"}));
}

TEST(SnapshotOrder, TakesBrokenRecords) {
  EXPECT_EQ(ordered({taken(10, "a", "b"), taken(10, "b", "a")}), (Names{"a", "b"}));
  EXPECT_EQ(ordered({taken(10, "a", "gone")}), (Names{"a"}));
}

}  // namespace
}  // namespace nocloud::test
