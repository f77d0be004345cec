#include "terraform_shim/provider/resources/vm_resource.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/ensure_vm.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "terraform_shim/provider/resources/host_needs.hpp"
#include "terraform_shim/provider/resources/making.hpp"
#include "terraform_shim/provider/resources/vm_values.hpp"

namespace nocloud::terraform {
namespace {

Attribute replacing(Attribute attribute, std::string default_value = {}) {
  attribute.source = Attribute::Source::either;
  attribute.on_change = Attribute::OnChange::replace;
  if (!default_value.empty()) attribute.default_value = std::move(default_value);
  return attribute;
}

const Block& vm_block() {
  static const Block block{
      .description =
          "A virtual machine, cloned from a template. When an apply ends it has been logged into over SSH. "
          "One that was removed, stopped or changed by others is seen and put right; one that is paused is "
          "left alone, and the apply fails. A VM of its name that "
          "something else made is a conflict; `terraform import` puts it under the resource. An apply that "
          "was "
          "killed is simply run again. As one name has one VM, `create_before_destroy` can't replace it: the "
          "apply refuses that before it changes anything, the plan can't see it.",
      .attributes =
          std::vector<Attribute>{
              name_attribute(
                  "The name, an RFC 1123 label. It is an identity: MAC, address and SSH host key follow "
                  "from it, and a VM that is replaced keeps them.",
                  check_text<VmName::parse>),
              {.name = "template",
               .description = "The template to clone.",
               .source = Attribute::Source::required,
               .on_change = Attribute::OnChange::replace,
               .check = check_text<TemplateName::parse>},
              replacing({.name = "group", .description = "The group.", .check = check_text<GroupName::parse>},
                        "group"),
              {.name = "type",
               .description = "The role in the group.",
               .source = Attribute::Source::either,
               .default_value = "default",
               .check = check_text<TypeName::parse>},
              memory_attribute(),
              cpus_attribute(),
              disks_attribute(),
              replacing(networks_attribute()),
              replacing(virt_type_attribute())} +
          making_attributes() + found_attributes()};
  return block;
}

/// The state of a VM that is there; `known` has what the VM itself does not tell.
Value state_of(const Session& session, const LocatedVm& located, const Value& known) {
  auto state = known;
  state.update(vm_values(located, ssh_access(session.context)));
  // As the user spells it.
  if (networks_of(Fields(known)) == networks_of(located.vm.nics)) state["networks"] = known["networks"];
  // What it was not made with is not in force.
  if (user_data_digest(known["user_data"]) != state["user_data_sha256"]) state["user_data"] = nullptr;
  return without_unknowns(state);
}

EnsureRequest request_from(const Session& session, const Value& planned) {
  const Fields fields(planned);
  return {.name = fields.parsed("name", VmName::parse).value(),
          .group = fields.parsed("group", GroupName::parse),
          .type = fields.parsed("type", TypeName::parse),
          .template_name = fields.parsed("template", TemplateName::parse),
          .memory = fields.counted("memory", Memory::of_mib),
          .cpus = fields.counted("cpus", CpuCount::of),
          .disks = disks_of(fields),
          .networks = networks_of(fields),
          .virt_type = virt_type_of(fields),
          .user_data = fields.text("user_data").value_or(""),
          .defaults = session.defaults,
          .keeping = session.keeping,
          .wait = wait_of(fields),
          .timeout = timeout_of(session, fields)};
}

bool is_the_one_found(const Value& state, const Vm& vm) {
  return is_the_one(state, {.kind = Thing::Kind::vm, .name = vm.name.str(), .uuid = vm.uuid}, vm.unconfirmed);
}

class VmResource final : public Resource {
 public:
  const Block& schema() const override { return vm_block(); }

  std::vector<Thing> things(const Value& values) const override {
    const auto name = Fields(values).text("name");
    if (!name) return {};
    return {{.kind = Thing::Kind::vm, .name = *name, .uuid = Identity::in(values).uuid}};
  }

  void refine(const Session* session, Plan& plan) const override {
    refine_vm_plan(plan);
    const auto source = Fields(plan.planned).parsed("template", TemplateName::parse);
    if (session == nullptr) return;
    if (plan.replaced.empty()) check_host_for_vm(*session, plan);
    if (!plan.creates()) return;
    check_group(*session, plan, "group");
    if (!source) return;
    try {
      require_whole_template(*session, *source);
    } catch (const Error& error) {  // told at its place
      plan.diagnostics.push_back(diagnostic_of(error, Path::to("template")));
    }
  }

  Value read(const Session& session, const Value& state) const override {
    const auto located = own_vm(session, Fields(state).parsed("name", VmName::parse).value());
    if (!located || !is_the_one_found(state, located->vm)) {
      session.listing.refuse_unreadable(session.context, things(state).front());
      return nullptr;
    }
    return state_of(session, *located, state);
  }

  Outcome create(const Session& session, const Value& planned) const override {
    const auto request = request_from(session, planned);
    return carry_out(session, request, plan_creation(session, request), made_by_run(session, planned),
                     planned);
  }

  Outcome update(const Session& session, const Value& prior, const Value& planned) const override {
    auto request = request_from(session, planned);
    request.interruption = Interruption::accept;
    const auto plan = plan_ensure(session.context, request);
    if (!plan.before) refuse_vanished(things(prior).front());
    return carry_out(session, request, plan, prior, planned);
  }

  void destroy(const Session& session, const Value& prior) const override {
    const auto name = Fields(prior).parsed("name", VmName::parse).value();
    const auto present = session.context.hypervisor.find_vm(name);
    // It is gone: what has its name now is another's.
    const bool there =
        present && present->owner == session.context.caller && is_the_one_found(prior, *present);
    if (!there) return session.listing.refuse_unreadable(session.context, things(prior).front());
    throw_first(remove(session.context, {*present}));
  }

  Value import(const Session& session, std::string_view id) const override {
    const auto name = while_doing("the id", [&] { return VmName::parse(id); });
    return state_of(session, find_one(session.context, name, {}), schema().defaults());
  }

 private:
  /// What a killed apply has left is taken over if it is as described, and else left alone.
  static EnsurePlan plan_creation(const Session& session, const EnsureRequest& request) {
    const auto present = session.context.hypervisor.find_vm(request.name);
    try {
      return plan_ensure(session.context, request);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::conflict || !present || !present->complete) throw;
      if (present->owner != session.context.caller) throw;
      throw Error(ErrorKind::conflict, fmt::format("it exists already: {}", error.message()),
                  fmt::format("`terraform import ADDRESS {}` has it changed; `vmstop -d {}` removes it.",
                              request.name, request.name));
    }
  }

  /// Its power is not cut for a change either.
  static void refuse_paused(const EnsurePlan& plan) {
    const bool stays = plan.before && plan.before->complete && !plan.has(VmStep::create);
    if (stays && plan.before->state == VmState::paused) throw Error(is_paused(plan.before->name.str()));
  }

  /// `before` is the state if nothing more can be found out.
  Outcome carry_out(const Session& session, const EnsureRequest& request, const EnsurePlan& plan,
                    const Value& before, const Value& planned) const {
    refuse_paused(plan);
    for (const auto& text : plan.tolerated) {
      session.context.reporter.warn(fmt::format("VM {}: {}", request.name, text), "");
    }
    try {
      const auto ensured = ensure_vm(session.context, request, plan);
      if (ensured.error) throw Error(*ensured.error);
      return {.state = state_of(session, *ensured.located, planned)};
    } catch (const Error& error) {
      auto found = found_after_failure(session, before, [&] { return read(session, before); });
      return {.state = std::move(found), .error = error};
    }
  }
};

/// Whether the first of those wanted are those there are, or larger.
bool only_adds(const Value& present, const Value& wanted) {
  const auto fits = [](const Value& here, const Value& there) {
    return whole_number(here) <= whole_number(there);
  };
  return present.size() <= wanted.size() && std::equal(present.begin(), present.end(), wanted.begin(), fits);
}

void plan_disks(Plan& plan) {
  const auto& wanted = plan.planned["disks"];
  const bool known = is_wholly_known(wanted) && plan.prior["disks"].is_array();
  if (known && !only_adds(plan.prior["disks"], wanted)) plan.replace("disks");
}

/// Whether the address outlives a restart: only what the network's configuration holds is sure to.
bool stays_where_it_is(const Value& prior) {
  const auto& networks = prior["networks"];
  return networks.is_array() && !networks.empty() && networks[0].get<std::string>().starts_with("nat");
}

void plan_restart(Plan& plan) {
  std::vector<std::string> reasons;
  for (const auto* attribute : {"type", "memory", "cpus", "disks"}) {
    if (plan.changes(attribute)) reasons.emplace_back(attribute);
  }
  const bool starts = !reasons.empty() || plan.changes("state");
  if (starts && !stays_where_it_is(plan.prior)) {
    for (const auto* attribute : {"ip", "host", "port", "ssh_args"}) plan.planned[attribute] = unknown();
  }
  if (reasons.empty() || !plan.replaced.empty() || plan.prior["state"] != "running") return;
  plan.diagnostics.push_back(
      warning(fmt::format("VM {} will be stopped and started again", plan.prior["name"].get<std::string>()),
              fmt::format("To change {} it has to be down.", enumerated(reasons))));
}

}  // namespace

void refine_vm_plan(Plan& plan) {
  auto& planned = plan.planned;
  planned["id"] = planned["name"];
  planned["state"] = "running";
  const auto digest = user_data_digest(planned["user_data"]);
  planned["user_data_sha256"] = digest;
  if (plan.creates()) return;
  // Without user-data of its own the resource has no say in what the VM was made with.
  if (digest.is_null()) planned["user_data_sha256"] = plan.prior["user_data_sha256"];
  if (plan.changes("user_data_sha256")) plan.replace("user_data_sha256");
  if (plan.prior["state"] == incomplete_state) plan.replace("state");
  plan_disks(plan);
  if (plan.replaced.empty() && plan.prior["state"] == word_for(VmState::paused)) {
    plan.diagnostics.push_back(warning_of_paused(plan.prior["name"].get<std::string>()));
    return;
  }
  plan_restart(plan);
}

std::unique_ptr<Resource> vm_resource() {
  return std::make_unique<VmResource>();
}

}  // namespace nocloud::terraform
