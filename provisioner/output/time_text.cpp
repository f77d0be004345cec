#include "provisioner/output/time_text.hpp"

#include <fmt/chrono.h>

namespace nocloud {

std::string time_for_programs(std::time_t time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

std::string time_for_people(std::time_t time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(time));
}

}  // namespace nocloud
