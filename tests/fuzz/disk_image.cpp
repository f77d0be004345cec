#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/input.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/image/disk/disk_format.hpp"
#include "nocloud/image/disk/qcow2_extent.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  fuzz::try_parser([&] { disk_format_of(bytes.substr(0, disk_format_head), bytes); });
  fuzz::try_parser([&] { check_qcow2_header(bytes.substr(0, qcow2_header_head)); });
  const Fd file(::memfd_create("image", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  fuzz::try_parser([&] {
    const auto image = LocalFile::open(fmt::format("/proc/self/fd/{}", file.get()));
    qcow2_content_end(image, {});
  });
  return 0;
}
