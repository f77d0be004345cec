#include "nocloud/model/quantity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;

template <class Quantity>
void expect_no_quantity(std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) {
    const auto error = refusal_of([&] { Quantity::parse(text); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << text;
    EXPECT_FALSE(error.hint().empty()) << text;
  }
}

/// What no quantity takes.
template <class Quantity>
void expect_hostile_is_none() {
  expect_no_quantity<Quantity>({"", " ", "-1", "+1", "0", "1x", "x", "1 ", " 1", "1.5", "0x10", "1e3", "1,5",
                                "m", "1000000000000000000000000", "18446744073709551615",
                                "18446744073709551616"});
}

TEST(Memory, is_in_mb_or_has_a_unit) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {"1024", 1024}, {"512M", 512}, {"512MB", 512}, {"512MiB", 512}, {"512mb", 512},
      {"2G", 2048},   {"2GB", 2048}, {"2GiB", 2048}, {"2g", 2048},    {"0064", 64},
  };
  for (const auto& [text, mib] : cases) EXPECT_EQ(Memory::parse(text).mib(), mib) << text;
}

TEST(Memory, is_32_mb_at_least) {
  EXPECT_EQ(Memory::parse("32").mib(), 32U);
  EXPECT_EQ(refusal_of([] { Memory::parse("31"); }).message(), "31 MB of memory: the least is 32");
  EXPECT_EQ(refusal_of([] { Memory::parse("0G"); }).message(), "0 MB of memory: the least is 32");
}

TEST(Memory, can_be_counted_in_bytes) {
  EXPECT_EQ(Memory::parse("1099511627776").mib(), std::uint64_t{1} << 40U);
  EXPECT_EQ(Memory::parse("1073741824G").mib(), std::uint64_t{1} << 40U);
  expect_no_quantity<Memory>({"1099511627777", "1073741825G", "18014398509481985G"});
}

TEST(Memory, is_nothing_else) {
  expect_hostile_is_none<Memory>();
  expect_no_quantity<Memory>({"512K", "1T", "512MM", "512 M", "M512", "512M ", "31M"});
}

TEST(DiskSize, is_1_to_65536_gb) {
  EXPECT_EQ(DiskSize::parse("1").gib(), 1U);
  EXPECT_EQ(DiskSize::parse("65536").bytes(), std::uint64_t{1} << 46U);
  EXPECT_EQ(DiskSize::parse("5G").gib(), 5U);
  EXPECT_EQ(DiskSize::parse("5GiB").gib(), 5U);
  expect_no_quantity<DiskSize>({"65537", "5M", "5T"});
  expect_hostile_is_none<DiskSize>();
}

TEST(CpuCount, is_1_to_512) {
  EXPECT_EQ(CpuCount::parse("1").count(), 1U);
  EXPECT_EQ(CpuCount::parse("512").count(), 512U);
  EXPECT_EQ(refusal_of([] { CpuCount::parse("513"); }).message(), "513 CPUs: the most is 512");
  expect_hostile_is_none<CpuCount>();
}

TEST(VmCount, is_1_to_1000) {
  EXPECT_EQ(VmCount::parse("1").count(), 1U);
  EXPECT_EQ(VmCount::parse("1000").count(), 1000U);
  EXPECT_EQ(refusal_of([] { VmCount::parse("1001"); }).message(), "1001 VMs: the most is 1000");
  EXPECT_EQ(refusal_of([] { VmCount::parse("1000000000"); }).message(), "1000000000 VMs: the most is 1000");
  expect_hostile_is_none<VmCount>();
}

}  // namespace
}  // namespace nocloud
