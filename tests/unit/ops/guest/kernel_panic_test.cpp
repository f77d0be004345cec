#include "nocloud/ops/guest/kernel_panic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nocloud::test {
namespace {

constexpr std::string_view first_lines =
    "SeaBIOS (version 1.16.2)\r\n"
    "[    0.000000] Linux version 6.1.0-57-cloud-amd64\r\n"
    "[    0.000000] Command line: console=ttyS0\r\n";
constexpr std::string_view timer_panic =
    "[    0.040000] Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with apic=debug\r\n"
    "[    0.040000] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0-57-cloud-amd64 #1\r\n"
    "[    0.040000] Call Trace:\r\n";
constexpr std::string_view end_of_panic =
    "[    0.050000] ---[ end Kernel panic - not syncing: IO-APIC + timer doesn't work! ]---\r\n";

PanicSearch search_in(std::initializer_list<std::string_view> pieces) {
  PanicSearch search;
  for (const auto piece : pieces) search.feed(piece);
  return search;
}
std::string words_in(std::string_view text) {
  const auto found = search_in({text}).found();
  return found ? found->words : "";
}
bool early_in(std::initializer_list<std::string_view> pieces) {
  return search_in(pieces).found().value().before_init;
}

TEST(KernelPanic, OfLinuxBeforeItsInit) {
  const auto search = search_in({first_lines, timer_panic, end_of_panic});
  const KernelPanic wanted{
      .words = "Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with apic=debug",
      .before_init = true};
  EXPECT_EQ(search.found(), wanted);
  EXPECT_TRUE(search.is_over());
}

TEST(KernelPanic, IsNotOverBeforeItsLastLine) {
  EXPECT_FALSE(search_in({first_lines, timer_panic}).is_over());
  EXPECT_TRUE(search_in({first_lines, timer_panic, "[    0.060000] Rebooting in 10 seconds..\n"}).is_over());
}

TEST(KernelPanic, OfLinuxAfterItsInit) {
  constexpr std::string_view panic = "[    9.000000] Kernel panic - not syncing: x\n";
  EXPECT_TRUE(early_in({panic}));
  EXPECT_FALSE(early_in({"[    2.000000] Run /init as init process\n", panic}));
  EXPECT_FALSE(early_in({"[    2.000000] Freeing unused kernel memory: 1K\n", panic}));
  EXPECT_FALSE(early_in({"[    9.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=1\n"}));
  EXPECT_FALSE(early_in({"[    8.000000] CPU: 0 PID: 77 Comm: tar Not tainted\n", panic}));
  EXPECT_FALSE(early_in({panic, "[    9.000000] CPU: 0 PID: 77 Comm: tar Not tainted\n"}));
  PanicSearch with_a_gap;
  with_a_gap.skip();
  with_a_gap.feed(panic);
  EXPECT_FALSE(with_a_gap.found()->before_init) << "what was left out may have told of it";
}

TEST(KernelPanic, OfLinuxInOtherForms) {
  EXPECT_EQ(words_in("Kernel panic - not syncing: VFS: no root\n"),
            "Kernel panic - not syncing: VFS: no root");
  EXPECT_EQ(words_in("Kernel panic: no init found\n"), "Kernel panic: no init found");
  EXPECT_EQ(words_in("[    0.040000][    T1] Kernel panic - not syncing: y\n"),
            "Kernel panic - not syncing: y");
  EXPECT_EQ(words_in("[    0.040000] Kernel panic - not syncing: \x1b[2J\n"),
            "Kernel panic - not syncing: \\x1b[2J");
}

TEST(KernelPanic, OfOtherKernels) {
  EXPECT_EQ(words_in("panic: page fault\ncpuid = 0\n"), "panic: page fault");
  EXPECT_EQ(words_in("[   1.0000000] panic: no root\n[   1.0000000] cpu0: Begin traceback...\n"),
            "panic: no root");
  EXPECT_EQ(words_in("panic: init died\nStopped at      db_enter+0x10\n"), "panic: init died");
  EXPECT_EQ(words_in("panic[cpu0]/thread=fffffffffbc2f040: BAD TRAP\n"),
            "panic[cpu0]/thread=fffffffffbc2f040: BAD TRAP");
  EXPECT_EQ(words_in("(XEN) Panic on CPU 0:\n"), "(XEN) Panic on CPU 0:");
}

TEST(KernelPanic, IsNotWhatProgramsSay) {
  for (const std::string_view text :
       {"panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n",
        "panic: x\n1\n2\n3\n4\n5\ncpuid = 0\n", "thread 'main' panicked at src/main.rs\n",
        "how to read \"Kernel panic - not syncing: VFS\"\n", "login: Kernel panic - not syncing: x\n",
        "[  OK  ] Kernel panic - not syncing: x\n", "[    1.000000] audit: Kernel panic - not syncing: x\n",
        "Kernel panic - not syncing: x", "kernel panic - not syncing: x\n"}) {
    EXPECT_EQ(words_in(text), "") << text;
  }
  EXPECT_EQ(search_in({first_lines, "Kernel panic - not syncing: x\n"}).found(), std::nullopt)
      << "this kernel puts its time before all that it says";
  EXPECT_EQ(search_in({first_lines, "panic: page fault\ncpuid = 0\n"}).found(), std::nullopt)
      << "this kernel is Linux";
}

TEST(KernelPanic, OfAnEarlierBootIsForgotten) {
  EXPECT_EQ(search_in({first_lines, timer_panic, first_lines}).found(), std::nullopt);
  EXPECT_EQ(search_in({first_lines, timer_panic, "[    0.000000] quiet\n"}).found(), std::nullopt);
  EXPECT_EQ(search_in({first_lines, timer_panic, end_of_panic, "GNU GRUB  version 2.06\n"}).found(),
            std::nullopt);
  EXPECT_NE(search_in({first_lines, timer_panic, end_of_panic, "\r\n", "[    9.000000] rcu: INFO\n"}).found(),
            std::nullopt);
  EXPECT_TRUE(early_in({"[    2.000000] Run /init as init process\n", first_lines, timer_panic}));
}

TEST(KernelPanic, PutsPiecesTogether) {
  PanicSearch search;
  for (const char letter : std::string(first_lines) + std::string(timer_panic)) search.feed({&letter, 1});
  EXPECT_NE(search.found(), std::nullopt);
}

TEST(KernelPanic, KeepsLittleOfALineWithoutEnd) {
  PanicSearch search;
  for (int i = 0; i < 1000; ++i)
    search.feed("[    1.000000] Kernel panic - not syncing: " + std::string(10'000, 'x'));
  search.feed("\n");
  EXPECT_LT(search.found().value().words.size(), 500U);
}

}  // namespace
}  // namespace nocloud::test
