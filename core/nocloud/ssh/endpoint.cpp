#include "nocloud/ssh/endpoint.hpp"

#include <string_view>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view further) {
  return text.find_first_not_of(std::string(letters).append(further)) == std::string_view::npos;
}

}  // namespace

void check_endpoint(const Endpoint& endpoint) {
  const auto& host = endpoint.host;
  if (host.empty() || host.front() == '-' || !consists_of(host, ".:%_-")) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is no host name or address", cited(host)));
  }
  const auto& via = endpoint.via;
  if (!via.empty() && (via.front() == '-' || !consists_of(via, ".:_-@[]"))) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("{} is no machine that ssh could go through", cited(via)),
                "Give it as HOST or USER@HOST.");
  }
}

std::string described(const Endpoint& endpoint) {
  auto text = printable(endpoint.host);
  if (endpoint.port != 22) text += fmt::format(" port {}", endpoint.port);
  if (!endpoint.via.empty()) text += fmt::format(" through {}", printable(endpoint.via));
  return text;
}

}  // namespace nocloud
