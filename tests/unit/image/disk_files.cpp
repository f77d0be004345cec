#include "unit/image/disk_files.hpp"

#include <fstream>

#include "nocloud/base/process/process.hpp"

namespace nocloud::test {

namespace fs = std::filesystem;

fs::path DiskFiles::file(std::string_view name, std::string_view content) const {
  write_file(path(name), content, 0600);
  return path(name);
}

fs::path DiskFiles::raw(std::string_view name, std::uint64_t bytes) const {
  // Not the same byte all over: a compressed image of it must have some size.
  std::string content;
  for (std::uint32_t state = 1; content.size() < bytes / 2; state = state * 1664525U + 1013904223U) {
    content += static_cast<char>('a' + (state >> 24U) % 26);
  }
  file(name, content);
  fs::resize_file(path(name), bytes);
  return path(name);
}

fs::path DiskFiles::converted(std::string_view name, const std::vector<std::string>& options) const {
  const auto source = raw("source.raw");
  Arguments arguments{"qemu-img", "convert", "-f", "raw"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), {source, path(name)});
  output_of(arguments);
  fs::remove(source);
  return path(name);
}

fs::path DiskFiles::created(std::string_view name, const std::vector<std::string>& options,
                            const std::string& size) const {
  Arguments arguments{"qemu-img", "create", "-q", "-f", "qcow2"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.emplace_back(path(name));
  if (!size.empty()) arguments.push_back(size);
  output_of(arguments);
  return path(name);
}

void DiskFiles::patch(const fs::path& file, std::uint64_t offset, std::string_view bytes) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string big_endian(std::uint64_t number, std::size_t bytes) {
  std::string text;
  for (std::size_t i = bytes; i > 0; --i) text += static_cast<char>(number >> (8 * (i - 1)) & 0xffU);
  return text;
}

}  // namespace nocloud::test
