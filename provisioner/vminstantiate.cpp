#include <algorithm>

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "nocloud/model/spec/vm_words.hpp"
#include "nocloud/ops/converge/instantiate.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "provisioner/output/outcome.hpp"
#include "provisioner/request/creation.hpp"
#include "provisioner/request/naming.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vminstantiate",
    .summary =
        "Makes VMs from templates, starts them and waits until they answer over SSH. Asking twice changes "
        "nothing.",
    .synopses = {"-f FILE [OPTION…]", "-n TEMPLATE [-C COUNT] [-g GROUP] [-t TYPE] [OPTION…]",
                 "[-n TEMPLATE] NAME[:TEMPLATE]… [OPTION…]"},
    .options = std::vector<OptionSpec>{{.name = "file",
                                        .letter = 'f',
                                        .value = "FILE",
                                        .help = "make what this description says; the group is its name",
                                        .candidates = Candidates::files},
                                       {.name = "name",
                                        .letter = 'n',
                                        .value = "TEMPLATE",
                                        .help = "the template",
                                        .candidates = Candidates::templates},
                                       {.name = "count",
                                        .letter = 'C',
                                        .value = "COUNT",
                                        .help = "add this many VMs (1–1000, default 1)"},
                                       {.name = "group",
                                        .letter = 'g',
                                        .value = "GROUP",
                                        .help = "their group (default: group)",
                                        .candidates = Candidates::groups},
                                       {.name = "type",
                                        .letter = 't',
                                        .value = "TYPE",
                                        .help = "their type (default: default)",
                                        .candidates = Candidates::types},
                                       {.name = "mem",
                                        .letter = 'm',
                                        .value = "MEM",
                                        .help = "memory in MB, or with a unit: 2G (default: the template's)"},
                                       {.name = "cpu",
                                        .letter = 'c',
                                        .value = "CPU",
                                        .help = "number of CPUs (default: the template's)"},
                                       {.name = "disk",
                                        .letter = 'd',
                                        .value = "GB[,GB…]",
                                        .help = "further, empty disks of these sizes"}} +
               creation_options() + naming_options() +
               std::vector<OptionSpec>{
                   {.name = "wait",
                    .value = "none|address|ssh|cloud-init",
                    .help = "return when they have come that far (default: ssh)"},
                   {.name = "paused",
                    .help = "leave the guests paused before their first instruction (implies --wait none)"},
                   {.name = "dry-run", .help = "say what would be done, and do nothing"},
                   {.name = "owner",
                    .value = "USER|any",
                    .help = "take VMs and groups of this user (eva or eva@desk) for yours as well"}},
    .words = ToolSpec::Words::anywhere,
    .examples = {
        {"vminstantiate -f pftest", "what the description pftest says"},
        {"vminstantiate -n debian12 -C 5", "five more clones of the template debian12"},
        {"vminstantiate -n debian12 3 web1:ubuntu24", "vnode03 from debian12, and web1 from ubuntu24"}}};

std::vector<DiskSize> disks_from(std::string_view text) {
  std::vector<DiskSize> disks;
  for (const auto size : split(text, ',')) disks.push_back(DiskSize::parse(size));
  if (disks.size() <= most_disks) return disks;
  throw Error(ErrorKind::invalid_input, fmt::format("a VM can have {} disks at most", most_disks));
}

VmShape shape_of(const Invocation& invocation) {
  return {.memory = invocation.parsed("mem", Memory::parse),
          .cpus = invocation.parsed("cpu", CpuCount::parse),
          .disks = invocation.parsed("disk", disks_from).value_or(std::vector<DiskSize>{})};
}

void check_combination(const Invocation& invocation) {
  if (invocation.has("file")) {
    for (const auto* option : {"name", "count", "group", "type", "mem", "cpu", "disk"}) {
      if (invocation.has(option))
        refuse_usage(fmt::format("--file and --{} don't go together: the file says it", option));
    }
    if (!invocation.words().empty()) refuse_usage("--file and names don't go together");
  } else if (!invocation.has("name") && invocation.words().empty()) {
    refuse_usage("say which VMs: -f FILE, -n TEMPLATE or NAME:TEMPLATE");
  }
  require_names_for_stem(invocation);
  if (!invocation.words().empty() && invocation.has("count"))
    refuse_usage("--count and names don't go together");
  if (invocation.has("paused") && invocation.value("wait").value_or("none") != "none") {
    refuse_usage("--paused and --wait don't go together: a paused guest reaches nothing");
  }
}

/// What `NAME` without `:TEMPLATE` is made from: said by -n, or the only template there is to be named in a
/// word.
TemplateName template_for_words(const Invocation& invocation) {
  if (auto name = invocation.parsed("name", TemplateName::parse)) return *std::move(name);
  for (const auto& word : invocation.words()) {
    if (word.find(':') == std::string::npos)
      refuse_usage(fmt::format("{} names no template; add -n TEMPLATE", cited(word)));
  }
  return TemplateName::parse("unused");
}

void add_vms(InstantiateRequest& request, const Invocation& invocation) {
  if (const auto file = invocation.value("file")) {
    request.vms = read_spec_file(*file).vms;
    return;
  }
  const auto group = invocation.parsed("group", GroupName::parse).value_or(GroupName::parse("group"));
  const auto type = invocation.parsed("type", TypeName::parse).value_or(TypeName::parse("default"));
  if (invocation.words().empty()) {
    request.further =
        FurtherVms{.group = group,
                   .type = type,
                   .template_name = TemplateName::parse(*invocation.value("name")),
                   .shape = shape_of(invocation),
                   .count = invocation.parsed("count", VmCount::parse).value_or(VmCount::of(1))};
    return;
  }
  request.vms =
      read_vm_words({.words = invocation.words(),
                     .group = group,
                     .type = type,
                     .template_name = template_for_words(invocation),
                     .stem = invocation.parsed("stem", stem_from).value_or(std::string(default_stem)),
                     .shape = shape_of(invocation)})
          .vms;
}

InstantiateRequest request_from(const Invocation& invocation) {
  check_combination(invocation);
  auto request = creation_of(invocation);
  request.wait = invocation.parsed("wait", wait_for_from).value_or(WaitFor::ssh);
  request.owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
  add_vms(request, invocation);
  if (invocation.has("dry-run")) request.effect = InstantiateRequest::Effect::dry_run;
  if (invocation.has("paused")) {
    request.start = StartMode::paused;
    request.wait = WaitFor::none;
  }
  return request;
}

nlohmann::json result_json(const InstantiatedVm& result, InstantiateRequest::Effect effect) {
  auto json = result.located ? vm_json(*result.located) : nlohmann::json{{"name", result.name.str()}};
  // A dry run locates nothing, and has errors only of VMs that are there.
  const bool nothing_came_of_it = effect == InstantiateRequest::Effect::real && result.error &&
                                  result.change == Change::none && !result.located;
  json["change"] = nothing_came_of_it ? "none" : word_for(result.change);
  json["differences"] = texts_of(result.differences);
  json["error"] = error_json(result.error);
  return json;
}

void print_plan(const std::vector<InstantiatedVm>& results) {
  for (const auto& result : results) fmt::print("{}\t{}\n", result.name, word_for(result.change));
}

void print_names(const std::vector<InstantiatedVm>& results) {
  for (const auto& result : results) {
    if (!result.error) fmt::print("{}\n", result.name);
  }
}

bool takes(const InstantiatedVm& result, Difference::Takes effort) {
  return std::ranges::any_of(result.differences,
                             [&](const Difference& difference) { return difference.takes == effort; });
}

/// The command that changes memory and CPUs to what was asked for; empty where neither was.
std::string change_command(const VmName& name, const VmShape& shape) {
  std::string command;
  if (shape.memory) command += fmt::format(" -m {}", shape.memory->mib());
  if (shape.cpus) command += fmt::format(" -c {}", shape.cpus->count());
  return command.empty() ? command : fmt::format("vmcreate -a -n {}{}", name, command);
}

std::string texts_in_one(const InstantiatedVm& result) {
  std::string text;
  for (const auto& difference : result.differences) {
    if (!text.empty()) text += "; ";
    text += difference.text;
  }
  return text;
}

/// What ends the differences of one VM, with the least effort.
std::string remedy_for(const InstantiatedVm& result, const VmShape& shape) {
  const auto anew =
      fmt::format("`vmstop -d {}` and the same command make it anew, without its data.", result.name);
  if (takes(result, Difference::Takes::recreation)) return "Nothing was changed. " + anew;
  if (!takes(result, Difference::Takes::stop)) return "Nothing was changed: it fits all the same.";
  const auto command = change_command(result.name, shape);
  const auto in_place = command.empty()
                            ? command
                            : fmt::format("It can be, in place: `vmstop {}`, then `{}` for memory and CPUs. ",
                                          result.name, command);
  return fmt::format(
      "Nothing was changed. {}Ansible and Terraform change type and extra disks in place; else {}", in_place,
      anew);
}

/// Whether the same command may go on with a VM that is there, without anything being done before.
bool needs_only_time(const InstantiatedVm& result) {
  return !result.error || result.error->kind() == ErrorKind::timed_out ||
         result.error->kind() == ErrorKind::interrupted;
}

/// What was done counts, also where a guest did not become ready.
void print_counts(const std::vector<InstantiatedVm>& results) {
  const auto count = [&](auto&& counts) { return std::count_if(results.begin(), results.end(), counts); };
  const auto did = [&](Change change) {
    return count([&](const auto& result) { return result.change == change && result.located; });
  };
  const auto there = count([](const auto& result) { return result.located.has_value(); });
  const auto ready = count([](const auto& result) { return result.located && !result.error; });
  const auto stuck = count([](const auto& result) { return result.located && !needs_only_time(result); });
  print_to_stderr("{} created, {} started, {} already there", did(Change::created), did(Change::started),
                  did(Change::none));
  if (ready == there) return print_to_stderr("\n");
  print_to_stderr(
      ", {} ready\n  What is there is kept: {}; `vmstop -d NAME…` removes it.\n", ready,
      stuck == 0 ? "the same command goes on with it" : "see to each error below, then run the same command");
}

void warn_of_differences(const Call& call, const InstantiateRequest& request,
                         const std::vector<InstantiatedVm>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    if (result.differences.empty()) continue;
    // Of VMs that were only counted, nothing was asked.
    const auto shape = i < request.vms.size() ? request.vms[i].shape : VmShape{};
    call.reporter.warn(fmt::format("VM {} is not as described: {}", result.name, texts_in_one(result)),
                       remedy_for(result, shape));
  }
}

int run(const Call& call) {
  auto request = request_from(call.invocation);
  const System system(call.invocation, call.reporter, call.stop);
  const auto& words = call.invocation.words();
  for (std::size_t i = 0; i < words.size(); ++i)
    request.vms[i].name = name_on(system.context(), call.invocation, name_in_word(words[i]));
  const auto results = instantiate(system.context(), request);
  const bool dry = request.effect == InstantiateRequest::Effect::dry_run;
  if (call.wants_json()) {
    nlohmann::json vms = nlohmann::json::array();
    for (const auto& result : results) vms.push_back(result_json(result, request.effect));
    print_json({{"vms", std::move(vms)}});
  } else if (dry) {
    print_plan(results);
  } else {
    print_names(results);
  }
  warn_of_differences(call, request, results);
  if (!dry && !call.invocation.has("quiet")) print_counts(results);
  return conclude(tool.name, results);
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
