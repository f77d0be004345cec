#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/vm/snapshots.hpp"
#include "nocloud/program/program.hpp"
#include "provisioner/output/time_text.hpp"
#include "provisioner/request/naming.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmsnap",
    .summary =
        "Snapshots of a VM: its disks and, if it runs, its memory. Reverting makes it what it was then; what "
        "it "
        "became since is lost.",
    .synopses = {"NAME -s [-i TAG] [OPTION…]", "NAME -r [-i TAG] [OPTION…]", "NAME -d -i TAG [OPTION…]",
                 "NAME -l [OPTION…]"},
    .options =
        std::vector<OptionSpec>{
            {.name = "save", .letter = 's', .help = "take a snapshot, and print its name"},
            {.name = "revert", .letter = 'r', .help = "go back to a snapshot, by default the newest"},
            {.name = "delete", .letter = 'd', .help = "delete a snapshot; the VM stays as it is"},
            {.name = "list", .letter = 'l', .help = "show the snapshots in the order of their age"},
            {.name = "id",
             .letter = 'i',
             .value = "TAG",
             .help = "the snapshot's name (default: snap1, snap2, …)"},
            {.name = "owner",
             .value = "USER|any",
             .help = "another user's VM, or anybody's (default: yours)"}} +
        naming_options(),
    .words = ToolSpec::Words::anywhere,
    .word_candidates = Candidates::vms,
    .examples = {{"vmsnap web00 -s -i clean", "keeps web00 as it is now"},
                 {"vmsnap web00 -r -i clean", "makes it that again; if it ran then, it goes on from there"}}};

SnapshotSubject subject_of(const Invocation& invocation) {
  const auto& words = invocation.words();
  if (words.size() != 1) refuse_usage("say which VM: NAME");
  return {.vm = name_of(invocation, words.front()),
          .owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{})};
}

void print_as_json(const std::vector<Snapshot>& snapshots) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& snapshot : snapshots) {
    list.push_back({{"name", snapshot.name},
                    {"taken", time_for_programs(snapshot.taken)},
                    {"memory", snapshot.with_memory},
                    {"current", snapshot.current}});
  }
  print_json({{"snapshots", std::move(list)}});
}

void print_as_lines(const std::vector<Snapshot>& snapshots) {
  for (const auto& snapshot : snapshots) {
    fmt::print("{} {} {}{}\n", printable(snapshot.name), time_for_people(snapshot.taken),
               snapshot.with_memory ? "disks+memory" : "disks", snapshot.current ? " current" : "");
  }
}

/// What was done to which snapshot.
void tell(const Call& call, const std::string& name) {
  if (call.wants_json()) return print_json({{"name", name}});
  fmt::print("{}\n", printable(name));
}

int run(const Call& call) {
  const auto& invocation = call.invocation;
  auto subject = subject_of(invocation);
  const auto name = invocation.value("id");
  // Other programs name theirs as they like.
  const auto new_name = invocation.has("save") ? invocation.parsed("id", SnapshotName::parse) : std::nullopt;
  invocation.require_one_at_most({"save", "revert", "delete", "list"});
  if (invocation.has("delete") && !name) refuse_usage("say which snapshot to delete: -i TAG");
  if (invocation.has("list")) invocation.require_only("--list", {"list", "owner", "stem"});
  const bool acts = invocation.has("save") || invocation.has("revert") || invocation.has("delete");
  if (!acts && !invocation.has("list")) refuse_usage("say what to do: -s, -r, -d or -l");
  const System system(invocation, call.reporter, call.stop);
  const auto& context = system.context();
  subject.vm = name_on(context, invocation, invocation.words().front());
  if (invocation.has("save")) {
    tell(call, take_snapshot(context, subject, new_name).str());
  } else if (invocation.has("revert")) {
    tell(call, revert(context, subject, name));
  } else if (invocation.has("delete")) {
    delete_snapshot(context, subject, *name);
    tell(call, *name);
  } else {
    const auto snapshots = list_snapshots(context, subject);
    call.wants_json() ? print_as_json(snapshots) : print_as_lines(snapshots);
  }
  return 0;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
