#include "nocloud/model/package.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] {
    std::string joined;
    for (const auto& name : parse_packages(text)) {
      fuzz::require(name.str().find_first_of(" ,=/'\"$\n") == std::string::npos);
      fuzz::require(!name.str().starts_with('-') && !name.str().ends_with('-'));
      joined += (joined.empty() ? "" : ",") + name.str();
    }
    fuzz::require(joined == text);
  });
  return 0;
}
