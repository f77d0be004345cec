#include "nocloud/image/catalogue.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] {
    for (const auto& [name, image] : read_catalogue(text)) {
      fuzz::require(name == image.name);
      fuzz::require(!image.file_name().empty());
      fuzz::require(!image.signature || !image.signature->signers.empty() ||
                    std::holds_alternative<std::filesystem::path>(image.signature->keys));
    }
  });
  return 0;
}
