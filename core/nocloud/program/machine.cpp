#include "nocloud/program/machine.hpp"

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

std::string machine_digest(std::string_view text) {
  const auto id = trimmed(text.substr(0, text.find('\n')));
  constexpr std::size_t digits = 32;
  const bool set = id.find_first_not_of('0') != std::string_view::npos;
  if (!is_hex(id, digits) || !set) return {};  // "uninitialized" until a first boot has ended
  return hex(bytes_of(hkdf_sha256(id, "nocloud owner's machine v1"))).substr(0, digits);
}

std::string this_machine() {
  constexpr std::size_t most_bytes = 4096;
  try {
    return machine_digest(read_file_if_present("/etc/machine-id", most_bytes).value_or(""));
  } catch (const Error&) {
    return {};  // what cannot be read identifies nothing
  }
}

}  // namespace nocloud
