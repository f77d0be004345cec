#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <thread>
#include <vector>

#include "nocloud/base/error.hpp"

namespace nocloud {

/// How many VMs one run makes or removes at a time: libvirtd serves 20 calls at once, and must stay usable
/// for others.
inline constexpr std::size_t vms_at_once = 8;

/// Calls `work(0)` … `work(count - 1)` from up to `width` threads and returns when all are done, each with
/// its error, if any. An exception that is no Error ends the program, as it would have in a loop.
template <class Work>
std::vector<std::optional<Error>> in_parallel(std::size_t count, std::size_t width, Work&& work) {
  std::vector<std::optional<Error>> errors(count);
  std::atomic<std::size_t> next = 0;
  const auto worker = [&] {
    for (std::size_t index = next++; index < count; index = next++) {
      try {
        work(index);
      } catch (const Error& error) {
        errors[index] = error;
      }
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(width, count); ++i) threads.emplace_back(worker);
  worker();
  return threads.clear(), errors;
}

/// Throws the first error that there is.
inline void throw_first(const std::vector<std::optional<Error>>& errors) {
  for (const auto& error : errors) {
    if (error) throw Error(*error);
  }
}

}  // namespace nocloud
