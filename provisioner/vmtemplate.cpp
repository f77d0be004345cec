#include <set>

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/template/make_template.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "provisioner/request/naming.hpp"
#include "provisioner/template/prune_images.hpp"
#include "provisioner/template/template_list.hpp"
#include "provisioner/template/template_making.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmtemplate",
    .summary = "Makes, lists and removes templates: what VMs are cloned from.",
    .synopses = {"NAME [--update] [--mirror URL] [-n NAME] [OPTION…]",
                 "--build RECIPE [--package NAME,…] [--size GB] [--script FILE] [-n NAME] [OPTION…]",
                 "--import FILE -n NAME [--user USER] [--kernel FILE --initrd FILE --cmdline TEXT] [OPTION…]",
                 "--import URL --checksum CHECKSUM -n NAME [--user USER] [OPTION…]",
                 "--from VM -n NAME [--seal] [--flat] [OPTION…]", "-l", "-d NAME…", "--prune"},
    .options =
        std::vector<OptionSpec>{
            {.name = "list",
             .letter = 'l',
             .help = "show the templates there are, and what can be built or downloaded by NAME"},
            {.name = "update", .help = "where NAME is there already: build or download its newest image"},
            {.name = "mirror", .value = "URL", .help = "download the published image NAME from there"},
            {.name = "build",
             .value = "RECIPE",
             .help = "build an image from this machine's own package sources",
             .candidates = Candidates::recipes},
            {.name = "package",
             .value = "NAME[,NAME…]",
             .help = "with --build: install these packages beside the recipe's own"},
            {.name = "size",
             .value = "GB",
             .help = "with --build: the size of its disk (default: the recipe's)"},
            {.name = "script",
             .value = "FILE",
             .help = "with --build: run this as root in the finished system",
             .candidates = Candidates::files},
            {.name = "import",
             .value = "FILE|URL",
             .help =
                 "take a disk image, qcow2 or raw, also packed (gz, xz, zst); from https:// or http:// it "
                 "is downloaded",
             .candidates = Candidates::files},
            {.name = "checksum",
             .value = "CHECKSUM",
             .help = "what the image has to add up to, as its publisher shows it: sha256:HEX or sha512:HEX"},
            {.name = "insecure", .help = "take whatever the URL gives; the template is marked unchecked"},
            {.name = "from",
             .value = "VM",
             .help = "what a VM that is down has become: a layer over the image that it lies over",
             .candidates = Candidates::vms},
            {.name = "seal",
             .help =
                 "with --from: strip it first of what tells it from others (host keys, machine-id, leases, "
                 "logs, logins), so that its VMs are no twins"},
            {.name = "flat", .help = "with --from: an image that stands alone"},
            {.name = "owner", .value = "USER", .help = "with --from: another user's VM (default: yours)"},
            {.name = "name",
             .letter = 'n',
             .value = "NAME",
             .help = "the template's name (default: that of the recipe or the published image)"},
            {.name = "user", .value = "USER", .help = "who logs in on its VMs (default: debian)"},
            {.name = "init",
             .value = "cloud-init|none",
             .help = "what configures its VMs at first boot (default: cloud-init)"},
            {.name = "host-key",
             .value = "KEY",
             .help = "with --init none: the SSH host key in the image, 'ssh-ed25519 AAAA…'"},
            {.name = "kernel",
             .value = "FILE",
             .help = "boot its VMs with this kernel, past their boot loader",
             .candidates = Candidates::files},
            {.name = "initrd", .value = "FILE", .help = "with this initrd", .candidates = Candidates::files},
            {.name = "cmdline", .value = "TEXT", .help = "and this command line"},
            {.name = "mem",
             .letter = 'm',
             .value = "MEM",
             .help = "memory of its VMs in MB, or with a unit (default: 1024)"},
            {.name = "cpu", .letter = 'c', .value = "CPU", .help = "CPUs of its VMs (default: 1)"},
            {.name = "delete", .letter = 'd', .help = "remove templates that no VM depends on"},
            {.name = "prune",
             .help = "remove images that nobody uses, downloads that broke off over a day ago, and what "
                     "killed runs left in the temporary folder"}} +
        naming_options(),
    .words = ToolSpec::Words::anywhere,
    .word_candidates = Candidates::images,
    .examples = {
        {"vmtemplate debian13", "downloads what Debian publishes, checks it, and makes a template of it"},
        {"vmtemplate --build debian12", "builds it anew; VMs on the older image keep that"},
        {"vmtemplate --build debian12 -n web --package nginx,php-fpm --size 10 --script setup.sh",
         "one with more in it, on a larger disk"},
        {"vmtemplate --import disk.qcow2 -n debian13 --user debian", "a template from a cloud image"},
        {"vmtemplate --import https://example.org/disk.qcow2 --checksum sha256:… -n debian13",
         "one that is downloaded and checked; what breaks off is gone on with by the next run"},
        {"vmtemplate --from web00 --seal -n web", "a template of what web00 has become"},
        {"vmtemplate -l", "what there is"}}};

int delete_templates(const Call& call) {
  std::set<TemplateName> names;
  for (const auto& word : call.invocation.words()) names.insert(TemplateName::parse(word));
  if (const auto name = call.invocation.parsed("name", TemplateName::parse)) names.insert(*name);
  if (names.empty()) refuse_usage("say which template to remove: vmtemplate -d NAME");
  const System system(call.invocation, call.reporter, call.stop);
  // What is wrong with one of several is known before the first is removed.
  if (names.size() > 1) {
    for (const auto& name : names) require_deletable_template(system.context(), name);
  }
  auto deleted = nlohmann::json::array();
  for (const auto& name : names) {
    delete_template(system.context(), name);
    deleted.push_back(name.str());
    if (!call.wants_json()) write_to_stdout(name.str() + '\n');
  }
  if (call.wants_json()) print_json({{"deleted", std::move(deleted)}});
  return 0;
}

/// One thing that vmtemplate does, by its option, and the options that say something to it.
struct Action {
  std::string option;
  std::vector<std::string> with;
  int (*run)(const Call&);
};

const std::vector<Action> actions{
    {"list", {"mirror"}, list_templates},
    {"delete", {"name"}, delete_templates},
    {"prune", {}, prune_images},
    {"build", {"package", "size", "script", "name", "mem", "cpu"}, build_named_recipe},
    {"import",
     {"checksum", "insecure", "name", "user", "init", "host-key", "kernel", "initrd", "cmdline", "mem",
      "cpu"},
     import_one},
    {"from", {"seal", "flat", "owner", "stem", "name", "mem", "cpu"}, from_one}};

int run(const Call& call) {
  const auto& invocation = call.invocation;
  invocation.require_one_at_most({"list", "build", "import", "from", "delete", "prune"});
  for (const auto& action : actions) {
    if (!invocation.has(action.option)) continue;
    auto with = action.with;
    with.push_back(action.option);
    invocation.require_only("--" + action.option, with);
    if (action.option != "delete") invocation.require_no_words("--" + action.option);
    return action.run(call);
  }
  const auto& words = invocation.words();
  if (words.empty()) refuse_usage("say what to do: NAME, --build, --import, --from, -l, -d or --prune");
  if (words.size() > 1) refuse_usage("one template at a time");
  invocation.require_only("NAME", {"update", "mirror", "name", "mem", "cpu"});
  return make_one(call, words.front());
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
