#include "nocloud/model/name.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

namespace {

template <class NameType>
void check(std::string_view text) {
  fuzz::try_parser([&] {
    const auto name = NameType::parse(text);
    fuzz::require(name.str() == text);
    fuzz::require(!text.empty() && text.find_first_of("/\n :") == std::string_view::npos);
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  check<VmName>(text);
  check<TemplateName>(text);
  check<GroupName>(text);
  check<TypeName>(text);
  check<NetworkName>(text);
  check<BridgeName>(text);
  check<UserName>(text);
  check<VolumeName>(text);
  return 0;
}
