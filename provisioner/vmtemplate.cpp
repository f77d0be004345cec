#include <algorithm>

#include <fmt/format.h>

#include "nocloud/app/data_files.hpp"
#include "nocloud/app/program.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/make_template.hpp"
#include "nocloud/ops/published_template.hpp"
#include "nocloud/ops/template_from_vm.hpp"
#include "nocloud/ops/template_source.hpp"
#include "provisioner/prune_images.hpp"
#include "provisioner/template_list.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmtemplate",
    .summary = "Makes, lists and removes templates: what VMs are cloned from.",
    .synopses = {"NAME [--update] [--mirror URL] [-n NAME] [OPTION…]", "--build RECIPE [-n NAME] [OPTION…]",
                 "--import FILE -n NAME [--user USER] [--kernel FILE --initrd FILE --cmdline TEXT] [OPTION…]",
                 "--import URL --checksum CHECKSUM -n NAME [--user USER] [OPTION…]",
                 "--from VM -n NAME [--seal] [--flat] [OPTION…]", "-l", "-d NAME…", "--prune"},
    .options =
        {{.name = "list",
          .letter = 'l',
          .help = "show the templates there are, and what can be built or downloaded by NAME"},
         {.name = "update", .help = "where NAME is there already: build or download its newest image"},
         {.name = "mirror", .value = "URL", .help = "download the published image NAME from there"},
         {.name = "build",
          .value = "RECIPE",
          .help = "build an image from this machine's own package sources"},
         {.name = "import",
          .value = "FILE|URL",
          .help = "take a disk image, qcow2 or raw, also packed (gz, xz, zst); from https:// or http:// it "
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
          .help = "with --from: strip it first of what tells it from others (host keys, machine-id, leases, "
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
          .help =
              "remove images that no template and no VM uses, and downloads that broke off more than a day "
              "ago"}},
    .words = ToolSpec::Words::anywhere,
    .word_candidates = Candidates::templates,
    .examples = {
        {"vmtemplate debian13", "downloads what Debian publishes, checks it, and makes a template of it"},
        {"vmtemplate --build debian12", "builds it anew; VMs on the older image keep that"},
        {"vmtemplate --import disk.qcow2 -n debian13 --user debian", "a template from a cloud image"},
        {"vmtemplate --import https://example.org/disk.qcow2 --checksum sha256:… -n debian13",
         "one that is downloaded and checked; what breaks off is gone on with by the next run"},
        {"vmtemplate --from web00 --seal -n web", "a template of what web00 has become"},
        {"vmtemplate -l", "what there is"}}};

std::optional<KernelChoice> kernel_from(const Invocation& invocation) {
  if (!invocation.has("kernel") && !invocation.has("initrd") && !invocation.has("cmdline"))
    return std::nullopt;
  if (!invocation.has("kernel") || !invocation.has("initrd")) {
    refuse_usage("--kernel, --initrd and --cmdline come together");
  }
  return KernelChoice{.kernel = *invocation.value("kernel"),
                      .initrd = *invocation.value("initrd"),
                      .command_line = invocation.value("cmdline").value_or("")};
}

MakeTemplateRequest request_from(const Invocation& invocation, const TemplateName& name) {
  MakeTemplateRequest request{
      .name = name,
      .user = invocation.parsed("user", UserName::parse).value_or(UserName::parse("debian")),
      .init = invocation.parsed("init", guest_init_from).value_or(GuestInit::cloud_init),
      .host_key = invocation.value("host-key").value_or(""),
      .memory = invocation.parsed("mem", Memory::parse),
      .cpus = invocation.parsed("cpu", CpuCount::parse),
  };
  if ((request.init == GuestInit::none) != invocation.has("host-key")) {
    refuse_usage(
        "--init none and --host-key come together: clones can only be verified by the key in the image");
  }
  return request;
}

std::string_view word_for(TemplateChange change) {
  switch (change) {
    case TemplateChange::none:
      return "already there";
    case TemplateChange::created:
      return "created";
    case TemplateChange::updated:
      return "updated";
  }
  return "";
}

int conclude(const Call& call, const TemplateName& name, TemplateChange change) {
  if (call.wants_json()) {
    print_json({{"name", name.str()}, {"change", word_for(change)}});
  } else {
    fmt::print("{}\n", name);
    if (!call.invocation.has("quiet")) fmt::print(stderr, "template {}: {}\n", name, word_for(change));
  }
  return 0;
}

int import_one(const Call& call) {
  const auto& invocation = call.invocation;
  const auto name = invocation.parsed("name", TemplateName::parse);
  if (!name) refuse_usage("--import needs a name: -n NAME");
  invocation.require_one_at_most({"checksum", "insecure"});
  const auto request = request_from(invocation, *name);
  const ImportSource source{.disk = invocation.parsed("import", disk_source).value(),
                            .checksum = invocation.parsed("checksum", Checksum::parse),
                            .unchecked = invocation.has("insecure") ? ImportSource::Unchecked::take
                                                                    : ImportSource::Unchecked::refuse,
                            .kernel = kernel_from(invocation)};
  const System system(invocation, call.reporter, call.stop);
  return conclude(call, *name, import_template(system.context(), request, source));
}

void refuse_import_options(const Invocation& invocation) {
  for (const auto* option :
       {"user", "init", "host-key", "kernel", "initrd", "cmdline", "checksum", "insecure"}) {
    if (invocation.has(option)) {
      refuse_usage(fmt::format("--{} is for --import: a recipe, the catalogue or a VM says it", option));
    }
  }
}

int from_one(const Call& call, const VmName& vm) {
  using Request = TemplateFromVmRequest;
  const auto& invocation = call.invocation;
  refuse_import_options(invocation);
  const auto name = invocation.parsed("name", TemplateName::parse);
  if (!name) refuse_usage("--from needs a name: -n NAME");
  const System system(invocation, call.reporter, call.stop);
  const Request request{
      .vm = vm,
      .name = *name,
      .owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{}),
      .memory = invocation.parsed("mem", Memory::parse),
      .cpus = invocation.parsed("cpu", CpuCount::parse),
      .shape = invocation.has("flat") ? Request::Shape::flat : Request::Shape::layer,
      .identity = invocation.has("seal") ? Request::Identity::strip : Request::Identity::keep};
  return conclude(call, *name, template_from_vm(system.context(), request));
}

int build_one(const Call& call, const std::string& recipe, IfPresent if_present) {
  const auto& invocation = call.invocation;
  refuse_import_options(invocation);
  const auto name = invocation.parsed("name", TemplateName::parse).value_or(TemplateName::parse(recipe));
  const System system(invocation, call.reporter, call.stop);
  return conclude(call, name,
                  build_template(system.context(), {.name = name,
                                                    .recipe = recipe,
                                                    .data = data_folder(),
                                                    .memory = invocation.parsed("mem", Memory::parse),
                                                    .cpus = invocation.parsed("cpu", CpuCount::parse),
                                                    .if_present = if_present}));
}

int download_one(const Call& call, const PublishedImage& image) {
  const auto& invocation = call.invocation;
  refuse_import_options(invocation);
  const auto name = invocation.parsed("name", TemplateName::parse).value_or(image.name);
  const System system(invocation, call.reporter, call.stop);
  return conclude(
      call, name,
      import_published(system.context(),
                       {.name = name,
                        .image = image,
                        .memory = invocation.parsed("mem", Memory::parse),
                        .cpus = invocation.parsed("cpu", CpuCount::parse),
                        .if_present = invocation.has("update") ? IfPresent::renew : IfPresent::keep}));
}

/// By a recipe, else as it is published.
int make_one(const Call& call, const std::string& word) {
  const auto& invocation = call.invocation;
  const auto recipes = buildable(data_folder());
  if (std::ranges::find(recipes, word) != recipes.end()) {
    if (invocation.has("mirror"))
      refuse_usage("--mirror is for published images: a recipe has the host's own");
    return build_one(call, word, invocation.has("update") ? IfPresent::renew : IfPresent::keep);
  }
  const auto catalogue = catalogue_of(invocation);
  const auto found = catalogue.find(TemplateName::parse(word));
  if (found != catalogue.end()) return download_one(call, found->second);
  auto known = recipes;
  for (const auto& [name, image] : catalogue) known.push_back(name.str());
  throw Error(ErrorKind::not_found, fmt::format("there is no recipe and no published image {}", cited(word)),
              fmt::format("There are: {}.", enumerated(known)));
}

int delete_templates(const Call& call) {
  std::vector<TemplateName> names;
  for (const auto& word : call.invocation.words()) names.push_back(TemplateName::parse(word));
  if (const auto name = call.invocation.parsed("name", TemplateName::parse)) names.push_back(*name);
  if (names.empty()) refuse_usage("say which template to remove: vmtemplate -d NAME");
  const System system(call.invocation, call.reporter, call.stop);
  for (const auto& name : names) {
    delete_template(system.context(), name);
    fmt::print("{}\n", name);
  }
  return 0;
}

int run(const Call& call) {
  const auto& invocation = call.invocation;
  invocation.require_one_at_most({"list", "build", "import", "from", "delete", "prune"});
  for (const auto* option : {"seal", "flat", "owner"}) {
    if (invocation.has(option) && !invocation.has("from"))
      refuse_usage(fmt::format("--{} is for --from VM", option));
  }
  if (invocation.has("list")) return list_templates(call);
  if (invocation.has("delete")) return delete_templates(call);
  const auto& words = invocation.words();
  if (invocation.has("prune")) {
    if (!words.empty()) refuse_usage("--prune names nothing: it removes all that nobody uses");
    return prune_images(call);
  }
  const bool named_alone =
      words.size() == 1 && !invocation.has("build") && !invocation.has("import") && !invocation.has("from");
  if (!words.empty() && !named_alone) refuse_usage("one template at a time");
  if (invocation.has("import")) return import_one(call);
  if (const auto vm = invocation.parsed("from", VmName::parse)) return from_one(call, *vm);
  if (invocation.has("build")) return build_one(call, *invocation.value("build"), IfPresent::renew);
  if (named_alone) return make_one(call, words.front());
  for (const auto* option : {"update", "mirror"}) {
    if (invocation.has(option)) refuse_usage(fmt::format("--{} needs the NAME of a published image", option));
  }
  refuse_usage("say what to do: NAME, --build, --import, --from, -l, -d or --prune");
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
