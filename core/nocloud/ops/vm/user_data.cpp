#include "nocloud/ops/vm/user_data.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/seed/user_part.hpp"

namespace nocloud {

std::string read_user_data(const std::string& path) {
  auto text = read_file(path, largest_user_data);
  while_doing(fmt::format("in {}", cited(path)), [&] { power_state_of(text); });
  return text;
}

}  // namespace nocloud
