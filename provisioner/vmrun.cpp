#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "nocloud/ops/run/group_run.hpp"
#include "nocloud/ops/run/group_watch.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "provisioner/keep_signal.hpp"
#include "provisioner/output/outcome.hpp"
#include "provisioner/output/run_log.hpp"
#include "provisioner/request/creation.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

const ToolSpec tool{
    .name = "vmrun",
    .summary =
        "Makes the VMs of a description, tells what becomes of them, and removes them without a trace at ^C.",
    .synopses = {"-f FILE [OPTION…]", "-r GROUP [OPTION…]", "-s GROUP [OPTION…]"},
    .options =
        std::vector<OptionSpec>{{.name = "file",
                                 .letter = 'f',
                                 .value = "FILE",
                                 .help = "run what this description says; the group is its name",
                                 .candidates = Candidates::files},
                                {.name = "rerun",
                                 .letter = 'r',
                                 .value = "GROUP",
                                 .help = "run the VMs of this group again, which were kept",
                                 .candidates = Candidates::groups},
                                {.name = "stop",
                                 .letter = 's',
                                 .value = "GROUP",
                                 .help = "end the run of this group that goes on elsewhere, and keep its VMs "
                                         "(it is sent SIGUSR1)",
                                 .candidates = Candidates::groups}} +
        creation_options() +
        std::vector<OptionSpec>{
            {.name = "grace",
             .value = "SECONDS",
             .help = "how long a guest that is kept may take to power off (default: 60)"}},
    .examples = {{"vmrun -f pftest", "makes the VMs, watches them, and removes them at ^C"},
                 {"vmrun -s pftest", "from another terminal: ends that run and keeps its VMs"},
                 {"vmrun -r pftest", "runs them again"}}};

/// One group: made or started, watched, and ended.
class Run {
 public:
  Run(const Call& call, const Context& context, RunLog& log, GroupName group)
      : call_(call),
        context_(context),
        log_(log),
        group_(std::move(group)),
        claim_(claim_run(context, group_)) {}

  /// Makes what is described; gives the exit status of the whole run.
  int make(InstantiateRequest request) {
    if (!everybody(context_).empty()) {
      throw Error(ErrorKind::conflict, fmt::format("group {} has VMs already", cited(group_.str())),
                  fmt::format("`vmrun -r {0}` runs them; `vmstop -d -g {0}` removes them.", group_));
    }
    for (const auto& vm : request.vms) own_.insert(vm.name);
    const GroupWatch watch(context_, {.group = group_, .expected = own_, .timeout = request.timeout}, news());
    request.wait = WaitFor::none;  // the watch does
    return see_through(watch, [&] { return instantiate(context_, request); });
  }

  /// The same with the VMs that there are.
  int start_again(std::optional<std::chrono::seconds> timeout) {
    const auto vms = everybody(context_);
    if (vms.empty()) {
      throw Error(ErrorKind::not_found, fmt::format("you have no VM of group {}", cited(group_.str())),
                  "`vmrunning --state all` shows the groups that there are.");
    }
    for (const auto& vm : vms) own_.insert(vm.name);
    const GroupWatch watch(context_, {.group = group_, .present = vms, .timeout = timeout}, news());
    return see_through(watch, [&] { return restart(context_, vms); });
  }

 private:
  std::vector<Vm> everybody(const Context& context) const { return vms_to_stop(context, {.group = group_}); }
  VmNewsListener news() {
    return [this](const VmNews& news) { log_.tell(news); };
  }

  template <class Begin>
  int see_through(const GroupWatch& watch, const Begin& begin) {
    int status = 0;
    try {
      status = conclude(tool.name, begin());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) throw;
      status = static_cast<int>(error.kind());
    }
    while (!context_.stop.stop_requested() && !keep_.has_come()) {
      if (watch.is_deaf()) fail_as_deaf();
      const auto count = watch.count();
      if (count.vms == 0 && everybody(context_).empty()) return status;
      log_.stand(fmt::format("{}: {}, {} up, {} answering; ^C removes, `vmrun -s {}` keeps them", group_,
                             counted(count.vms, "VM"), count.up, count.answering, group_));
      context_.clock.sleep(100ms, context_.stop);
    }
    const int end_status = end(watch);
    return end_status == 0 ? status : end_status;
  }

  int end(const GroupWatch& watch) {
    auto context = context_;
    context.stop = {};  // a second ^C ends the program
    const bool keeps = keep_.has_come();
    log_.stand(
        fmt::format("{}: {}", group_, keeps ? "powering off …" : "removing …; ^C again leaves the rest"));
    auto vms = everybody(context);
    const auto joined =
        std::stable_partition(vms.begin(), vms.end(), [&](const Vm& vm) { return own_.contains(vm.name); });
    const std::vector<Vm> others(joined, vms.end());
    vms.erase(joined, vms.end());
    const StopRequest request{
        .grace = call_.invocation.parsed("grace", seconds_from).value_or(StopRequest{}.grace)};
    const auto results = keeps ? stop(context, request, vms) : remove(context, vms);
    hear_out(context, watch);
    log_.stand("");
    for (const auto& vm : others) {
      log_.warn(
          fmt::format("VM {} joined the group from elsewhere, and is left as it is", cited(vm.name.str())),
          "");
    }
    if (keeps && !call_.invocation.has("quiet")) {
      print_to_stderr("group {0} is kept: `vmrun -r {0}` runs it again\n", group_);
    }
    return conclude(tool.name, results);
  }

  /// What was done is told by the host a little later.
  void hear_out(const Context& context, const GroupWatch& watch) const {
    const auto left = everybody(context);
    const auto up = std::ranges::count_if(left, [](const Vm& vm) { return is_up(vm.state); });
    for (const auto until = context.clock.now() + 5s; context.clock.now() < until && !watch.is_deaf();) {
      const auto count = watch.count();
      if (count.vms == left.size() && std::cmp_equal(count.up, up)) return;
      context.clock.sleep(20ms, {});
    }
  }

  [[noreturn]] void fail_as_deaf() const {
    throw Error(
        ErrorKind::unavailable, "the connection to libvirt is lost, and with it what becomes of the VMs",
        fmt::format(
            "They are as they were. `vmrun -r {0}` goes on with them; `vmstop -d -g {0}` removes them.",
            group_));
  }

  const Call& call_;
  const Context& context_;
  RunLog& log_;
  /// Before the claim: who sees that may send the signal.
  const KeepSignal keep_;
  GroupName group_;
  FileLock claim_;
  std::set<VmName> own_;
};

GroupName only_group(const std::vector<DescribedVm>& vms, const std::string& file) {
  if (vms.empty())
    throw Error(ErrorKind::invalid_input, fmt::format("{} describes no VM", cited(file)),
                "Its lines are TEMPLATE:COUNT:TYPE.");
  return vms.front().group;
}

int run(const Call& call) {
  const auto& invocation = call.invocation;
  invocation.require_one_at_most({"file", "rerun", "stop"});
  const auto file = invocation.value("file");
  const auto kept = invocation.parsed("rerun", GroupName::parse);
  const auto other = invocation.parsed("stop", GroupName::parse);
  if (!file && !kept && !other) refuse_usage("say what to run: -f FILE, -r GROUP or -s GROUP");
  if (kept) invocation.require_only("--rerun", {"rerun", "timeout", "grace"});
  if (other) invocation.require_only("--stop", {"stop"});
  auto request = creation_of(invocation);
  if (file) request.vms = read_spec_file(*file).vms;
  RunLog log(call);
  const System system(invocation, log, call.stop);
  const auto& context = system.context();
  if (other) return end_run(context, *other), 0;
  if (kept) return Run(call, context, log, *kept).start_again(request.timeout);
  return Run(call, context, log, only_group(request.vms, *file)).make(request);
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
