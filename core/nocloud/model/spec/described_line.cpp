#include "nocloud/model/spec/described_line.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"

namespace nocloud {

void add_line(std::vector<DescribedVm>& vms, const DescribedLine& line, const GroupName& group,
              NameSequence& names) {
  if (vms.size() + line.count.count() > most_described_vms) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("{} VMs are the most for one description", most_described_vms));
  }
  for (unsigned i = 0; i < line.count.count(); ++i) {
    vms.push_back({names.next(line.type, line.template_name, line.stem), group, line.type, line.template_name,
                   line.shape});
  }
}

}  // namespace nocloud
