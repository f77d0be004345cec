#include "fuzz/input.hpp"
#include "nocloud/seed/mime.hpp"
#include "nocloud/seed/user_part.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    const auto part = user_part(fuzz::text_of(data, size));
    fuzz::require(is_utf8(part.content));
    if (part.headers.empty()) return;
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n";
    fuzz::require(part.content.find_first_not_of(letters) == std::string::npos);
  });
  return 0;
}
