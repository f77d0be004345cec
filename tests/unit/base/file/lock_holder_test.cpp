#include "nocloud/base/file/lock_holder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace nocloud {
namespace {

constexpr std::string_view locks =
    "1: POSIX  ADVISORY  WRITE 11 fe:00:77 0 EOF\n"
    "2: FLOCK  ADVISORY  WRITE 12 00:2f:77 0 EOF\n"
    "3: FLOCK  ADVISORY  WRITE 13 fe:00:77 0 EOF\n"
    "3: -> FLOCK  ADVISORY  WRITE 14 fe:00:77 0 EOF\n"
    "4: FLOCK  ADVISORY  WRITE 0 fe:00:78 0 EOF\n"
    "5: FLOCK  ADVISORY  READ  15 fe:00:177 0 EOF\n";

TEST(LockHolder, IsTheOneOfTheFile) {
  EXPECT_EQ(lock_holder_in(locks, ::makedev(0xfe, 0), 77), 13);
  EXPECT_EQ(lock_holder_in(locks, ::makedev(0, 0x2f), 77), 12);
  EXPECT_EQ(lock_holder_in(locks, ::makedev(0xfe, 0), 177), 15);
}

TEST(LockHolder, IsFoundWhereAFileSystemShowsAnotherDevice) {
  EXPECT_EQ(lock_holder_in(locks, ::makedev(1, 2), 177), 15);
}

TEST(LockHolder, OfAnotherNamespaceOrOfNoFileIsUnknown) {
  EXPECT_EQ(lock_holder_in(locks, ::makedev(0xfe, 0), 78), std::nullopt);
  EXPECT_EQ(lock_holder_in(locks, ::makedev(0xfe, 0), 7), std::nullopt);
  EXPECT_EQ(lock_holder_in("", 0, 0), std::nullopt);
  EXPECT_EQ(lock_holder_in("6: FLOCK\n\n7: FLOCK ADVISORY WRITE x y\n", 0, 0), std::nullopt);
}

TEST(ProcessNames, HaveTheCommand) {
  EXPECT_THAT(process_name(::getpid()), testing::MatchesRegex("process [0-9]+ \\(nocloud_base_test.*\\)"));
  EXPECT_EQ(process_name(0x7fffffff), "process 2147483647");
}

TEST(Programs, AreOursOrNot) {
  EXPECT_TRUE(runs_our_program(::getpid()));
  EXPECT_FALSE(runs_our_program(::getppid()));
  EXPECT_FALSE(runs_our_program(0x7fffffff));
}

}  // namespace
}  // namespace nocloud
