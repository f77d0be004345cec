#include "nocloud/ops/guest/kernel_panic.hpp"

#include <algorithm>
#include <array>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

template <std::size_t Count>
bool starts_with_one_of(std::string_view text, const std::array<std::string_view, Count>& starts) {
  return std::ranges::any_of(starts, [&](std::string_view start) { return text.starts_with(start); });
}

bool is_panic_of_linux(std::string_view text) {
  constexpr std::array<std::string_view, 2> starts{"Kernel panic - not syncing", "Kernel panic: "};
  return starts_with_one_of(text, starts);
}

/// The last that Linux says before it stops or reboots.
bool ends_panic_of_linux(std::string_view text) {
  constexpr std::array<std::string_view, 2> starts{"---[ end Kernel panic", "Rebooting in "};
  return starts_with_one_of(text, starts);
}

/// Of illumos and of Xen, whose words no program uses.
bool is_panic_of_another(std::string_view text) {
  constexpr std::array<std::string_view, 2> starts{"panic[cpu", "(XEN) Panic on CPU "};
  return starts_with_one_of(text, starts);
}

/// Programs, too, begin lines with "panic: "; what a BSD's kernel says next they do not.
bool follows_panic_of_bsd(std::string_view text) {
  constexpr std::array<std::string_view, 8> starts{"cpuid = ",
                                                   "KDB: ",
                                                   "Uptime: ",
                                                   "Stopped at ",
                                                   "db_stack_trace",
                                                   "cpu0: Begin traceback",
                                                   "Starting stack trace",
                                                   "fatal breakpoint trap"};
  return starts_with_one_of(text, starts);
}

/// Without the time that NetBSD puts in front: "[   1.0000000] ".
std::string_view without_bsd_time(std::string_view text) {
  if (!text.starts_with('[')) return text;
  const auto end = text.find_first_not_of("0123456789. ", 1);
  const bool is_time = end != std::string_view::npos && text.substr(end).starts_with("] ");
  return is_time ? text.substr(end + 2) : text;
}

}  // namespace

void PanicSearch::feed(std::string_view piece) {
  // A panic's words are shorter; what goes on beyond tells nothing.
  constexpr std::size_t longest_line = 400;
  for (const char letter : piece) {
    if (letter == '\n') {
      take(trimmed(line_));
      line_.clear();
    } else if (line_.size() < longest_line) {
      line_ += letter;
    }
  }
}

void PanicSearch::skip() {
  line_.clear();
  init_ran_ = true;  // for all that is known
}

void PanicSearch::begin_boot() {
  auto rest = std::move(line_);
  *this = {};
  line_ = std::move(rest);
}

void PanicSearch::take(std::string_view line) {
  const auto said = kernel_line(line);
  const bool greets = said.text.starts_with("Linux version ");
  if (greets || is_of_next_boot(said)) begin_boot();
  if (said.time || greets) linux_ = true;
  if (said.time) timed_ = true;
  if (!panic_) {
    look_for_panic(said);
  } else if (ends_panic_of_linux(said.text)) {
    over_ = true;
  }
  note_programs(said.text);
}

/// A kernel that has given up says nothing that is older, and lets nobody else say anything.
bool PanicSearch::is_of_next_boot(const KernelLine& line) const {
  if (!panic_time_) return false;
  return line.time ? *line.time < *panic_time_ : over_ && !line.text.empty();
}

void PanicSearch::look_for_panic(const KernelLine& line) {
  if (!is_panic_of_linux(line.text)) {
    if (!linux_) look_for_other_kernels(without_bsd_time(line.text));
    return;
  }
  if (timed_ && !line.time) return;  // a program said it, not this kernel
  const bool killed_init = line.text.find("Attempted to kill init") != std::string_view::npos;
  panic_ = {.words = printable(line.text), .before_init = !init_ran_ && !killed_init};
  panic_time_ = line.time;
}

void PanicSearch::look_for_other_kernels(std::string_view text) {
  constexpr unsigned lines_looked_at = 4;
  if (is_panic_of_another(text)) panic_ = {.words = printable(text)};
  if (text.starts_with("panic: ")) {
    suspect_ = printable(text);
    lines_after_suspect_ = 0;
  } else if (!suspect_.empty() && follows_panic_of_bsd(text)) {
    panic_ = {.words = suspect_};
  } else if (++lines_after_suspect_ > lines_looked_at) {
    suspect_.clear();
  }
}

/// What shows that the kernel has come to run programs.
void PanicSearch::note_programs(std::string_view text) {
  const bool runs_init = text.starts_with("Run ") && text.ends_with(" as init process");
  constexpr std::string_view task_label = " Comm: ";
  const auto task = text.starts_with("CPU: ") ? text.find(task_label) : std::string_view::npos;
  // swapper is the kernel's own first task.
  const bool in_another_task =
      task != std::string_view::npos && !text.substr(task + task_label.size()).starts_with("swapper");
  // Kernels before 4.20 say only this.
  const bool about_to_run = text.starts_with("Freeing unused kernel memory");
  if (!runs_init && !in_another_task && !about_to_run) return;
  init_ran_ = true;
  if (panic_) panic_->before_init = false;
}

}  // namespace nocloud
