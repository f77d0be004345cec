#include "nocloud/base/fd.hpp"

#include <unistd.h>

namespace nocloud {

void Fd::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace nocloud
