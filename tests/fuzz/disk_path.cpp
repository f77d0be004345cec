#include "nocloud/image/disk/disk_path.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name(fuzz::text_of(data, size));
  fuzz::try_parser([&] {
    const auto path = path_of_disk(name, "/folder");
    fuzz::require(path.is_absolute());
    fuzz::require(path_of_disk("file:" + path.string(), "/elsewhere") == path);
  });
  return 0;
}
