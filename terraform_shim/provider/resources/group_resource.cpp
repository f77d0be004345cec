#include "terraform_shim/provider/resources/group_resource.hpp"

#include <functional>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/described_line.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "nocloud/ops/converge/ensure_group.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "terraform_shim/provider/resources/group_block.hpp"
#include "terraform_shim/provider/resources/group_members.hpp"
#include "terraform_shim/provider/resources/host_needs.hpp"
#include "terraform_shim/provider/resources/making.hpp"
#include "terraform_shim/provider/resources/vm_values.hpp"

namespace nocloud::terraform {
namespace {

DescribedLine line_from(const Fields& line) {
  return {.template_name = line.parsed("template", TemplateName::parse).value(),
          .type = line.parsed("type", TypeName::parse).value_or(TypeName::parse("default")),
          .count = line.counted("count", VmCount::of).value_or(VmCount::of(1)),
          .stem = line.text("name").value_or(""),
          .shape = {.memory = line.counted("memory", Memory::of_mib),
                    .cpus = line.counted("cpus", CpuCount::of),
                    .disks = disks_of(line)}};
}

std::vector<DescribedVm> described_by(const Fields& fields, const GroupName& group) {
  if (const auto text = fields.text("description")) return read_spec(*text, "description", group).vms;
  std::vector<DescribedVm> vms;
  NameSequence names(group);
  const auto lines = fields.items("lines");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    while_doing(fmt::format("lines[{}]", i), [&] { add_line(vms, line_from(lines[i]), group, names); });
  }
  return vms;
}

GroupName group_of(const Value& values) {
  return Fields(values).parsed("name", GroupName::parse).value();
}

GroupRequest request_from(const Session& session, const Value& planned) {
  const Fields fields(planned);
  const auto group = group_of(planned);
  return {.group = group,
          .wanted = {.vms = described_by(fields, group),
                     .networks = networks_of(fields),
                     .virt_type = virt_type_of(fields),
                     .user_data = fields.text("user_data").value_or(""),
                     .wait = wait_of(fields),
                     .timeout = timeout_of(session, fields),
                     .keeping = session.keeping},
          .defaults = session.defaults,
          .others = GroupRequest::Others::remove,
          .misfit = Misfit::recreate,
          .interruption = Interruption::accept};
}

using Names = std::set<std::string>;

Names names_of(const std::vector<DescribedVm>& vms) {
  Names names;
  for (const auto& vm : vms) names.insert(vm.name.str());
  return names;
}

std::vector<Thing> things_in(const Value& vms) {
  std::vector<Thing> things;
  for (const auto& [name, vm] : vms.items()) {
    things.push_back({.kind = Thing::Kind::vm, .name = name, .uuid = Identity::in(vm).uuid});
  }
  return things;
}

/// The state with the VMs that `ours` picks among those of the group.
Value state_of(const Session& session, const Value& known, const std::function<bool(const Vm&)>& ours) {
  auto state = known;
  state["id"] = known.at("name");
  state["vms"] = group_values(session, group_of(known), ours);
  return without_unknowns(state);
}

/// The VMs that the run knows, and those that it has made or taken over for the description.
Value state_after(const Session& session, const Value& known, const Names& described) {
  return state_of(session, known, [&](const Vm& vm) {
    const auto& keeping = session.keeping;
    return keeping.known.contains(vm.uuid) ||
           (vm.unconfirmed == keeping.run && described.contains(vm.name.str()));
  });
}

/// What a killed apply has left is taken over where it fits.
GroupPlan plan_creation(const Session& session, const GroupRequest& request) {
  auto careful = request;
  careful.misfit = Misfit::keep;
  careful.interruption = Interruption::refuse;
  return plan_group(session.context, careful);
}

void warn_of_others(Plan& plan, const GroupPlan& foreseen, const GroupRequest& request) {
  auto mine = names_of(request.wanted.vms);
  std::vector<std::string> names;
  for (const auto& vm : foreseen.after) {
    if (!mine.contains(vm.name.str())) names.push_back(vm.name.str());
  }
  if (names.empty()) return;
  plan.diagnostics.push_back(warning(
      fmt::format("group {} has VMs that this resource did not make: {}", cited(request.group.str()),
                  enumerated(names)),
      fmt::format(
          "They are left alone. `terraform import ADDRESS {}` puts all of the group under the resource.",
          request.group)));
}

void warn_of(Plan& plan, const std::vector<Vm>& vms, std::string_view fate) {
  if (vms.empty()) return;
  std::vector<std::string> names;
  for (const auto& vm : vms) names.push_back(vm.name.str());
  plan.diagnostics.push_back(warning(fmt::format("{} will be {}", enumerated(names), fate)));
}

class GroupResource final : public Resource {
 public:
  const Block& schema() const override { return group_block(); }

  /// Of a plan that changes the group, what it has and what it is to have.
  std::vector<Thing> things(const Value& values) const override {
    if (const auto vms = Fields(values).raw("vms"); vms.is_object()) return things_in(vms);
    if (!is_described(values)) return {};
    std::vector<Thing> things;
    for (const auto& name : names_of(described_by(Fields(values), group_of(values)))) {
      things.push_back({.kind = Thing::Kind::vm, .name = name, .group = group_of(values).str()});
    }
    return things;
  }

  Diagnostics check(const Fields& config) const override {
    Diagnostics found;
    const bool both = !config.raw("lines").is_null() && !config.raw("description").is_null();
    const bool neither = config.raw("lines").is_null() && config.raw("description").is_null();
    if (both || neither) {
      found.push_back({.summary = both ? "lines and description exclude each other"
                                       : "lines or description has to say what VMs there are",
                       .path = Path::to("lines")});
    }
    if (found.empty() && is_wholly_known(config.raw("lines")) && config.has("name")) check_vms(config, found);
    return found;
  }

  void refine(const Session* session, Plan& plan) const override {
    plan.planned["id"] = plan.planned["name"];
    plan.planned["vms"] = unknown();
    if (session != nullptr && plan.creates()) check_group(*session, plan, "name");
    if (!is_described(plan.planned) || session == nullptr || !plan.replaced.empty()) return;
    const auto request = request_from(*session, plan.planned);
    try {
      for (const auto& vm : request.wanted.vms) {
        if (plan.creates()) require_whole_template(*session, vm.template_name);
        require_template(*session, vm.template_name);
      }
    } catch (const Error& error) {  // told at its place
      plan.diagnostics.push_back(diagnostic_of(error, Path::to("lines")));
      return;
    }
    if (plan.creates()) return check_host(*session, plan, request);
    if (is_wholly_known(plan.planned["user_data"])) foresee(*session, plan);
  }

  Value read(const Session& session, const Value& state) const override {
    const auto known = things(state);
    const auto members = members_of(state, known);
    auto now = state_of(session, state, [&](const Vm& vm) { return is_member(members, vm); });
    for (const auto& thing : known) {
      if (!now["vms"].contains(thing.name)) session.listing.refuse_unreadable(session.context, thing);
    }
    return now["vms"].empty() ? Value() : now;
  }

  Outcome create(const Session& session, const Value& planned) const override {
    const auto request = request_from(session, planned);
    return carry_out(session, request, plan_creation(session, request), planned, planned);
  }

  Outcome update(const Session& session, const Value& prior, const Value& planned) const override {
    const auto request = request_from(session, planned);
    return carry_out(session, request, plan_group(session.context, request), prior, planned);
  }

  void destroy(const Session& session, const Value& prior) const override {
    std::vector<Vm> vms;
    const auto known = things(prior);
    const auto members = members_of(prior, known);
    for (const auto& thing : known) {
      const auto vm = session.context.hypervisor.find_vm(VmName::parse(thing.name));
      const bool there = vm && vm->owner == session.context.caller && is_member(members, *vm);
      if (!there) session.listing.refuse_unreadable(session.context, thing);
      if (there) vms.push_back(*vm);
    }
    if (!vms.empty()) throw_first(remove(session.context, vms));
  }

  Value import(const Session& session, std::string_view id) const override {
    auto known = schema().defaults();
    known["name"] = while_doing("the id", [&] { return GroupName::parse(id); }).str();
    auto state = state_of(session, known, [](const Vm&) { return true; });
    if (!state["vms"].empty()) return state;
    throw Error(ErrorKind::not_found, fmt::format("there is no VM of yours in group {}", cited(id)),
                "`vmrunning --state all` shows the groups that there are.");
  }

 private:
  /// Whether it is known which VMs there are to be.
  static bool is_described(const Value& values) {
    const Fields fields(values);
    return fields.has("name") && is_wholly_known(fields.raw("lines")) &&
           is_wholly_known(fields.raw("description"));
  }

  static void check_host(const Session& session, Plan& plan, const GroupRequest& request) {
    // What is not known yet would be taken for left open.
    if (!is_wholly_known(plan.planned["networks"]) || !is_wholly_known(plan.planned["virt_type"])) return;
    try {
      require_host_for(session, with_defaults(request.wanted, request.defaults));
    } catch (const Error& error) {
      plan.diagnostics.push_back(diagnostic_of(error));
    }
  }

  /// Tells what becomes of the VMs that there are.
  void foresee(const Session& session, Plan& plan) const {
    auto request = request_from(session, plan.planned);
    request.wanted.keeping = Keeping{};
    auto& known = request.wanted.keeping->known;
    for (const auto& thing : things(plan.prior)) known.insert(thing.uuid);
    const auto left = session.claims.left_beside(session.context, known, things(plan.planned));
    for (const auto& thing : left) known.insert(thing.uuid);
    try {
      const auto foreseen = plan_group(session.context, request);
      if (left.empty() && !foreseen.changes_something()) plan.planned["vms"] = plan.prior["vms"];
      warn_of(plan, foreseen.removed, "removed");
      warn_of(plan, foreseen.recreated, "re-created");
      warn_of(plan, foreseen.stopped, "stopped and started again");
      for (const auto& vm : foreseen.stopped) {
        if (vm.state == VmState::paused) plan.diagnostics.push_back(warning_of_paused(vm.name.str()));
      }
      warn_of_others(plan, foreseen, request);
    } catch (const Error& error) {  // templates and networks may be made, or repaired, only by the same apply
      if (error.kind() != ErrorKind::not_found) throw;
      const auto making = with_defaults(request.wanted, request.defaults);
      if (making.networks) require_networks(session, *making.networks);
      for (const auto& vm : request.wanted.vms) require_whole_template(session, vm.template_name);
    }
  }

  static void check_vms(const Fields& config, Diagnostics& found) {
    const auto place = config.has("description") ? Path::to("description") : Path::to("lines");
    try {
      const auto group = config.parsed("name", GroupName::parse).value();
      if (described_by(config, group).empty())
        found.push_back({.summary = "no VM is described", .path = place});
    } catch (const Error& error) {  // told at its place
      found.push_back(diagnostic_of(error, place));
    }
  }

  Outcome carry_out(const Session& session, const GroupRequest& request, const GroupPlan& plan,
                    const Value& before, const Value& planned) const {
    refuse_paused(plan.stopped);
    for (const auto& text : plan.tolerated) session.context.reporter.warn(text, "");
    const auto described = names_of(request.wanted.vms);
    auto error = ensure_group(session.context, request, plan).error;
    try {
      session.listing.forget();
      if (!error) return {.state = state_after(session, planned, described)};
    } catch (const Error& thrown) {
      error = thrown;
    }
    const auto look = [&] {
      auto found = state_after(session, before, described);
      return found["vms"].empty() ? Value() : found;
    };
    const auto known = maybe_made(session, before, described);
    return {.state = found_after_failure(session, known, look), .error = error};
  }
};

}  // namespace

std::unique_ptr<Resource> group_resource() {
  return std::make_unique<GroupResource>();
}

}  // namespace nocloud::terraform
