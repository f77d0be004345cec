#include "nocloud/model/spec/spec_file.hpp"

#include <set>

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_parser([&] {
    const auto description = read_spec(fuzz::text_of(data, size), "pftest", GroupName::parse("pftest"));
    fuzz::require(description.vms.size() <= most_described_vms);
    std::set<VmName> names;
    for (const auto& vm : description.vms) {
      fuzz::require(names.insert(vm.name).second);
      fuzz::require(vm.shape.disks.size() <= most_disks);
    }
  });
  return 0;
}
