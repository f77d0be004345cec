#include "nocloud/model/spec/described_line.hpp"

#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

DescribedLine webs(unsigned count) {
  return {.template_name = TemplateName::parse("debian12"),
          .type = TypeName::parse("web"),
          .count = VmCount::of(count),
          .stem = "web",
          .shape = {.memory = Memory::of_mib(512)}};
}

TEST(DescribedLine, NumbersGoOnAcrossLines) {
  const auto group = GroupName::parse("pftest");
  NameSequence names(group);
  std::vector<DescribedVm> vms;
  add_line(vms, webs(2), group, names);
  add_line(vms, webs(1), group, names);
  ASSERT_EQ(vms.size(), 3U);
  EXPECT_EQ(vms[2].name.str(), "web02");
  EXPECT_EQ(vms[2].group, group);
  EXPECT_EQ(vms[2].shape, webs(1).shape);
}

TEST(DescribedLine, ADescriptionHasItsLimit) {
  const auto group = GroupName::parse("pftest");
  NameSequence names(group);
  std::vector<DescribedVm> vms;
  for (std::size_t lines = 0; lines < most_described_vms / 1000; ++lines)
    add_line(vms, webs(1000), group, names);
  EXPECT_EQ(vms.size(), most_described_vms);
  EXPECT_EQ(test::refusal_of([&] { add_line(vms, webs(1), group, names); }).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud
