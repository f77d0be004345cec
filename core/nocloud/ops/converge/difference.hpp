#pragma once

#include <string>
#include <vector>

namespace nocloud {

/// One respect in which a VM is not as it was asked for.
struct Difference {
  /// What it takes to end it, the least first.
  enum class Takes {
    /// The VM fits all the same.
    nothing,
    /// It can be changed while it is down.
    stop,
    /// Only another VM in its place can be different.
    recreation,
  };

  /// "memory in MB is 1024, not 2048".
  std::string text;
  Takes takes = Takes::recreation;

  bool operator==(const Difference&) const = default;
};

/// What becomes of a VM that only another VM in its place could be as it was asked for.
enum class Misfit { keep, recreate };

/// Whether a guest that is up may be powered off for a change, and started again.
enum class Interruption { refuse, accept };

/// Those that take this, as a message says them.
std::vector<std::string> texts_of(const std::vector<Difference>& differences, Difference::Takes takes);
/// All of them.
std::vector<std::string> texts_of(const std::vector<Difference>& differences);

}  // namespace nocloud
