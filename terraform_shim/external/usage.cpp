#include "terraform_shim/external/usage.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud {
namespace {

constexpr std::string_view help =
    R"(Usage: nocloud-external < QUERY
       nocloud-external --help | --version

Tells Terraform's data "external" where a VM is, or those of a group. It changes nothing.

The query is one JSON object of strings on standard input:
  name        the VM
  group       or the group, of which all VMs are told
  type        with a group: only VMs of this type
  uri         the hypervisor (default: as of nocloud's other tools)
  must_exist  "true": to find no VM is a failure (default: "false")

The answer is one JSON object of strings on standard output, always with the keys
  exists      "true" or "false"
  name uuid state host port ip via user mac host_key group type template network
              of the VM; empty where none or several are meant
  vms_json inventory_json
              all VMs, and Ansible's inventory of them, for jsondecode()

Options:
  -h, --help     show this and exit
      --version  show the version and exit

Examples:
  data "external" "web00" {
    program = ["nocloud-external"]
    query   = { name = "web00" }
  }
      in Terraform: data.external.web00.result.host is where its SSH answers
  echo '{"group": "pftest"}' | nocloud-external
      the same question by hand, about a group

Exit status: 0 ok, also where no VM is found; 1 failed; 2 usage.
)";

}  // namespace

std::optional<std::string> page_for(const std::vector<std::string_view>& arguments,
                                    std::string_view version) {
  std::optional<std::string> page;
  for (const auto argument : arguments) {
    if (argument == "-h" || argument == "--help") return std::string(help);
    if (argument != "--version") refuse_usage(fmt::format("{} is not known here", cited(argument)));
    page = fmt::format("nocloud-external {}\n", version);
  }
  return page;
}

}  // namespace nocloud
