#include "nocloud/base/error.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace nocloud {
namespace {

TEST(WhileDoing, puts_the_step_before_the_message_and_keeps_the_rest) {
  try {
    while_doing("starting vm 'web00'", [] { throw Error(ErrorKind::conflict, "port taken", "Free it."); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "starting vm 'web00': port taken");
    EXPECT_EQ(error.hint(), "Free it.");
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
  }
}

TEST(WhileDoing, gives_what_the_step_gives) {
  EXPECT_EQ(while_doing("counting", [] { return 7; }), 7);
}

TEST(SystemError, says_what_the_system_said) {
  errno = EACCES;
  const auto error = system_error("cannot read 'x'", ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "cannot read 'x': Permission denied");
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
}

TEST(SystemError, says_that_a_full_disk_wants_room) {
  for (const int full : {ENOSPC, EDQUOT}) {
    errno = full;
    const auto error = system_error("cannot write 'x'");
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_EQ(error.hint(), "Make room there.");
  }
}

}  // namespace
}  // namespace nocloud
