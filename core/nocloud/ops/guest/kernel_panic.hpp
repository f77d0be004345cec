#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "nocloud/virt/xml/domain/kernel_line.hpp"

namespace nocloud {

/// A kernel that has given up: its guest does nothing any more.
struct KernelPanic {
  /// What it said, printable: "Kernel panic - not syncing: …".
  std::string words;
  /// Whether the kernel had run no program yet. False where that cannot be told.
  bool before_init = false;

  bool operator==(const KernelPanic&) const = default;
};

/// Finds a kernel panic in what a guest writes on its console, which comes in pieces: of Linux, of the BSDs,
/// illumos and Xen. Only whole lines that look as the kernel writes them count, and only those of the newest
/// boot. A guest can forge all of it, so nothing but the guest's own fate may follow from it.
class PanicSearch {
 public:
  void feed(std::string_view piece);
  /// Some text was left out here.
  void skip();

  const std::optional<KernelPanic>& found() const { return panic_; }
  /// Whether the kernel has said all that belongs to its panic.
  bool is_over() const { return over_; }

 private:
  void take(std::string_view line);
  bool is_of_next_boot(const KernelLine& line) const;
  void look_for_panic(const KernelLine& line);
  void look_for_other_kernels(std::string_view text);
  void note_programs(std::string_view text);
  void begin_boot();

  /// The line that is not complete yet.
  std::string line_;
  std::optional<KernelPanic> panic_;
  std::optional<std::chrono::microseconds> panic_time_;
  bool over_ = false;
  bool init_ran_ = false;
  /// Whether Linux writes here, with its time in front of each line.
  bool linux_ = false;
  bool timed_ = false;
  /// What may be the panic of a BSD, if the next lines say so.
  std::string suspect_;
  unsigned lines_after_suspect_ = 0;
};

}  // namespace nocloud
