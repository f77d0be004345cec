#include "nocloud/image/catalogue/catalogue.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] {
    for (const auto& [name, image] : read_catalogue(text)) {
      fuzz::require(name == image.name);
      fuzz::require(!image.file_name().empty());
      const auto file = image.file_name();
      fuzz::require(file.find('*') == file.rfind('*'));
      fuzz::require(image.image_named("disk.qcow2").str().ends_with("/disk.qcow2"));
      fuzz::require(!image.signature || image.signature->url ||
                    image.signature->signs == PublisherSignature::Signs::checksums);
      fuzz::require(!image.signature || !image.signature->signers.empty() ||
                    std::holds_alternative<std::filesystem::path>(image.signature->keys));
    }
  });
  return 0;
}
