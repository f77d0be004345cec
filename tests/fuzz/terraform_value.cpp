#include "fuzz/input.hpp"
#include "terraform_shim/provider/provider.hpp"
#include "terraform_shim/provider/schema/value.hpp"

using namespace nocloud;
using namespace nocloud::terraform;

namespace {

/// A provider that never comes to work.
Provider& provider() {
  static Log log;
  static Provider provider(
      [](const std::optional<std::string>&, Reporter&, const std::stop_token&)
          -> std::unique_ptr<Connection> { throw Error(ErrorKind::unavailable, "nowhere"); },
      log);
  return provider;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    const auto value = read_msgpack(fuzz::text_of(data, size));
    fuzz::require(read_msgpack(write_msgpack(value)) == value);
    fuzz::require(is_wholly_known(without_unknowns(value)));
    for (const auto& [type, kind] : provider().resources()) {
      if (has_errors(provider().validate_resource(type, value))) continue;
      const auto plan = provider().plan(type, nullptr, value);
      fuzz::require(shape_errors(kind->schema(), plan.planned).empty());
    }
  });
  return 0;
}
