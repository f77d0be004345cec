#include "nocloud/virt/libvirt/console/kernel_console.hpp"

#include <gtest/gtest.h>

namespace nocloud::test {
namespace {

bool seen_in(std::string_view text) {
  return KernelConsole().feed(text);
}

TEST(KernelConsole, KnowsAKernel) {
  EXPECT_TRUE(seen_in("Linux version 6.1.0"));
  EXPECT_TRUE(seen_in("[    0.000000] Command line: quiet\r\n"));
  EXPECT_TRUE(seen_in("SeaBIOS (version 1.16.2)\r\n\x1b[2J\r\n[   12.345678] x"));
  EXPECT_TRUE(seen_in("Booting from ROM..\n[0.000000]"));
}

TEST(KernelConsole, TakesNothingElseForOne) {
  EXPECT_FALSE(seen_in(""));
  EXPECT_FALSE(seen_in("SeaBIOS (version 1.16.2)\r\nBooting from Hard Disk...\r\n"));
  EXPECT_FALSE(seen_in("GNU GRUB  version 2.06\r\n[  OK  ] Reached target\r\n[1.2] x\r\n[ 0.00000a]"));
  EXPECT_FALSE(seen_in("This is no Linux version 6\n"));
}

TEST(KernelConsole, PutsPiecesTogether) {
  KernelConsole console;
  EXPECT_FALSE(console.feed("iPXE\n[    0.0"));
  EXPECT_FALSE(console.feed("0000"));
  EXPECT_TRUE(console.feed("0] Linux"));
  EXPECT_TRUE(console.feed("\nmore"));
}

TEST(KernelConsole, KeepsLittleOfALineWithoutEnd) {
  KernelConsole console;
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(console.feed(std::string(10'000, 'x')));
  EXPECT_TRUE(console.feed("\nLinux version 6"));
}

}  // namespace
}  // namespace nocloud::test
