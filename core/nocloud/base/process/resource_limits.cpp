#include "nocloud/base/process/resource_limits.hpp"

#include <cerrno>

#include <sys/resource.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

void limit(pid_t pid, __rlimit_resource resource, std::uint64_t most) {
  const rlimit both{.rlim_cur = most, .rlim_max = most};
  if (::prlimit(pid, resource, &both, nullptr) == 0) return;
  const bool ended = errno == ESRCH;
  if (!ended) throw system_error("cannot limit a program");
}

}  // namespace

void limit_process(pid_t pid, const ResourceLimits& limits) {
  if (limits.address_space_bytes) limit(pid, RLIMIT_AS, *limits.address_space_bytes);
  if (limits.file_bytes) limit(pid, RLIMIT_FSIZE, *limits.file_bytes);
  if (limits.processor_time) {
    limit(pid, RLIMIT_CPU, static_cast<std::uint64_t>(limits.processor_time->count()));
  }
}

}  // namespace nocloud
