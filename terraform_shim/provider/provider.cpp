#include "terraform_shim/provider/provider.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/keyring.hpp"
#include "terraform_shim/provider/resources/data_sources.hpp"
#include "terraform_shim/provider/resources/group_resource.hpp"
#include "terraform_shim/provider/resources/handed_on.hpp"
#include "terraform_shim/provider/resources/making.hpp"
#include "terraform_shim/provider/resources/network_resource.hpp"
#include "terraform_shim/provider/resources/template_resource.hpp"
#include "terraform_shim/provider/resources/vm_resource.hpp"

namespace nocloud::terraform {
namespace {

Attribute default_for_new_vms(Attribute attribute) {
  attribute.description += " For new VMs that do not say.";
  return attribute;
}

const Block& provider_block() {
  static const Block block{
      .description = "Real virtual machines for tests, made in seconds from templates on a libvirt host.",
      .attributes = {{.name = "uri",
                      .description = "The libvirt connection. Without it `LIBVIRT_DEFAULT_URI` counts, else "
                                     "`qemu:///system` if it may be used, else `qemu:///session`."},
                     {.name = "network",
                      .description = "Where new VMs that do not say `networks` are put; more than one are "
                                     "separated by commas.",
                      .check = check_text<NetworkList::parse>},
                     default_for_new_vms(virt_type_attribute()),
                     {.name = "ssh_public_keys",
                      .type = Value::array({"list", "string"}),
                      .description = "Who may log in to new VMs beside you, a line of a `.pub` file each.",
                      .check = check_text<public_key_from>,
                      .most = 1000}}};
  return block;
}

[[noreturn]] void refuse_type(std::string_view type) {
  throw Error(ErrorKind::invalid_input, fmt::format("this provider has no {}", cited(type)),
              "`terraform providers schema -json` names what it has.");
}

void check_object(const Value& value, const Block& block) {
  if (!value.is_null()) require_shape(block, value);
}

void append(Diagnostics& diagnostics, Diagnostics more) {
  for (auto& diagnostic : more) diagnostics.push_back(std::move(diagnostic));
}

}  // namespace

class Provider::Call {
 public:
  /// About what these values describe: their timeout limits each wait for another run.
  explicit Call(Provider& provider, const Value& values = nullptr)
      : reporter_(provider.log_),
        locks_(locks_of(provider, values)),
        context_(with(with(provider.connection_->context(), reporter_), locks_)),
        session_{.context = context_,
                 .listing = provider.listing_,
                 .claims = provider.claims_,
                 .defaults = provider.defaults_,
                 .timeout = provider.timeout_} {}

  const Session& session() const { return session_; }
  void keep(Keeping keeping) { session_.keeping = std::move(keeping); }
  Diagnostics warnings() { return reporter_.take(); }

 private:
  static Locks locks_of(const Provider& provider, const Value& values) {
    if (!provider.connection_) {
      throw Error(ErrorKind::unavailable, "the provider is not configured yet",
                  "Its configuration must not depend on resources that it is to look for itself.");
    }
    const auto given = Fields(values).counted("timeout", seconds_of);
    return provider.connection_->context().locks.limited_to(given ? given : provider.timeout_);
  }

  CallReporter reporter_;
  Locks locks_;
  Context context_;
  Session session_;
};

Provider::Provider(Connect connect, Reporter& log) : connect_(std::move(connect)), log_(log) {
  resources_.emplace("nocloud_vm", vm_resource());
  resources_.emplace("nocloud_group", group_resource());
  resources_.emplace("nocloud_template", template_resource());
  resources_.emplace("nocloud_network", network_resource());
  data_sources_.emplace("nocloud_vm", vm_data_source());
  data_sources_.emplace("nocloud_group", group_data_source());
  data_sources_.emplace("nocloud_template", template_data_source());
}

const Block& Provider::schema() const {
  return provider_block();
}

const Resource& Provider::resource(std::string_view type) const {
  const auto found = resources_.find(type);
  if (found == resources_.end()) refuse_type(type);
  return *found->second;
}

const DataSource& Provider::data_source(std::string_view type) const {
  const auto found = data_sources_.find(type);
  if (found == data_sources_.end()) refuse_type(type);
  return *found->second;
}

Diagnostics Provider::validate(const Value& config) const {
  return config_errors(schema(), config);
}

Diagnostics Provider::validate_resource(std::string_view type, const Value& config) const {
  const auto& kind = resource(type);
  auto found = config_errors(kind.schema(), config);
  if (!has_errors(found)) append(found, kind.check(Fields(config)));
  return found;
}

Diagnostics Provider::validate_data_source(std::string_view type, const Value& config) const {
  return config_errors(data_source(type).schema(), config);
}

Diagnostics Provider::configure(const Value& config) {
  auto found = validate(config);
  if (has_errors(found) || !is_wholly_known(config)) return found;
  const Fields fields(config);
  claims_.begin_walk();
  try {
    auto connection = connect_(fields.text("uri"), log_, stop_.get_token());
    const auto& settings = connection->settings();
    const auto networks = fields.parsed("network", NetworkList::parse);
    const auto virt_type = virt_type_of(fields);
    defaults_ = {.networks = networks ? networks : settings.parsed("network", NetworkList::parse),
                 .virt_type = virt_type ? virt_type : settings.parsed("virt-type", virt_type_from),
                 .ssh_public_keys = fields.texts("ssh_public_keys")};
    timeout_ = settings.parsed("timeout", seconds_from);
    connection_ = std::move(connection);
  } catch (const Error& error) {  // told at its place
    found.push_back(diagnostic_of(error, Path::to("uri")));
  }
  return found;
}

Value Provider::upgrade(std::string_view type, std::string_view stored) {
  const auto& block = resource(type).schema();
  const auto state = read_json(stored);
  if (!state.is_object()) throw Error(ErrorKind::invalid_input, "the stored state is no object");
  auto upgraded = block.nothing();
  for (auto& [name, value] : upgraded.items()) value = state.value(name, Value());
  require_shape(block, upgraded);
  claims_.saw(resource(type).things(upgraded));
  return upgraded;
}

StateAnswer Provider::read(std::string_view type, const Value& state) {
  const auto& kind = resource(type);
  check_object(state, kind.schema());
  if (state.is_null()) return {.state = state};
  claims_.saw(kind.things(state));
  Call call(*this, state);
  auto now = kind.read(call.session(), state);
  claims_.found(kind.things(state), now.is_null() ? std::vector<Thing>() : kind.things(now));
  if (!now.is_null()) {
    claims_.saw(kind.things(now));
    // Of what is learned only now Terraform may not save the UUID: a plan does not.
    confirm_saved(call.session(), kind.things(state));
  }
  return {.state = std::move(now), .diagnostics = call.warnings()};
}

void Provider::confirm_saved(const Session& session, const std::vector<Thing>& things) {
  for (const auto& thing : things) {
    if (is_unconfirmed(session, thing)) set_unconfirmed(session.context, thing, {});
  }
}

void Provider::confirm_answered() {
  if (!connection_) return;
  Call call(*this);
  claims_.confirm_answered(call.session().context);
  for (const auto& warning : call.warnings()) log_.warn(warning.summary, warning.detail);
}

PlanAnswer Provider::plan(std::string_view type, const Value& prior, const Value& config,
                          std::string_view from_replaced) {
  const auto& kind = resource(type);
  check_object(prior, kind.schema());
  const auto present = prior.is_null() ? std::vector<Thing>() : kind.things(prior);
  if (config.is_null()) {
    claims_.plan_removed(present);
    return {.planned = nullptr};
  }
  claims_.plan_kept(present);
  auto found = validate_resource(type, config);
  if (has_errors(found)) return {.planned = prior, .diagnostics = std::move(found)};
  auto plan = plan_change(kind.schema(), prior, config);
  if (connection_) {
    Call call(*this);
    refine(kind, call.session(), plan);
    append(found, call.warnings());
    if (plan.creates())
      check_names(call.session(), plan, kind.things(plan.planned), uuids_handed_on(from_replaced));
  } else {
    kind.refine(nullptr, plan);
  }
  append(found, std::move(plan.diagnostics));
  return {.planned = std::move(plan.planned),
          .replaced = std::move(plan.replaced),
          .diagnostics = std::move(found),
          .handed_on = terraform::handed_on(present)};
}

void Provider::refine(const Resource& kind, const Session& session, Plan& plan) {
  const auto things = kind.things(plan.planned);
  const bool repairs = plan.creates() ? claims_.is_gone(things) : asks_nothing_new(kind.schema(), plan);
  try {
    kind.refine(&session, plan);
  } catch (const Error& error) {
    const bool lacks = error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::unavailable;
    if (!repairs || !lacks) throw;
    plan.diagnostics.push_back(diagnostic_of(error));
  }
  repairs ? leave_to_the_apply(plan) : tell_how_to_destroy(plan);
}

void Provider::check_names(const Session& session, Plan& plan, const std::vector<Thing>& things,
                           const std::set<std::string>& replaced) {
  try {
    claims_.plan_new(session.context, things, replaced);
  } catch (const Error& error) {  // told at its place
    plan.diagnostics.push_back(diagnostic_of(error, Path::to("name")));
  }
}

StateAnswer Provider::apply(std::string_view type, const Value& prior, const Value& planned) {
  const auto& kind = resource(type);
  check_object(prior, kind.schema());
  check_object(planned, kind.schema());
  StateAnswer answer{.state = prior};
  Call call(*this, planned.is_null() ? prior : planned);
  const auto& session = call.session();
  session.listing.forget();
  try {
    if (planned.is_null()) {
      if (!prior.is_null()) {
        kind.destroy(session, prior);
        Claims::removed(session.context, kind.things(prior));
      }
      answer.state = nullptr;
    } else {
      auto outcome = prior.is_null() ? create(kind, call, planned) : update(kind, call, prior, planned);
      answer.state = std::move(outcome.state);
      if (outcome.error) answer.diagnostics.push_back(diagnostic_of(*outcome.error));
      if (!answer.state.is_null()) claims_.answered(kind.things(answer.state));
    }
  } catch (const Error& error) {  // nothing was changed, or what is left of it is still to be destroyed
    answer.diagnostics.push_back(diagnostic_of(error));
  }
  session.listing.forget();
  append(answer.diagnostics, call.warnings());
  return answer;
}

Outcome Provider::create(const Resource& kind, Call& call, const Value& planned) {
  const auto making = claims_.make(call.session().context, kind.things(planned));
  call.keep(making.keeping());
  return kind.create(call.session(), planned);
}

Outcome Provider::update(const Resource& kind, Call& call, const Value& prior, const Value& planned) {
  call.keep(claims_.keeping(call.session().context, kind.things(prior), kind.things(planned)));
  return kind.update(call.session(), prior, planned);
}

Value Provider::import(std::string_view type, std::string_view id) {
  const auto& kind = resource(type);
  Call call(*this);
  return kind.import(call.session(), id);
}

StateAnswer Provider::read_data_source(std::string_view type, const Value& config) {
  const auto& kind = data_source(type);
  auto found = config_errors(kind.schema(), config);
  if (has_errors(found)) return {.state = nullptr, .diagnostics = std::move(found)};
  Call call(*this);
  auto state = kind.read(call.session(), config);
  append(found, call.warnings());
  return {.state = std::move(state), .diagnostics = std::move(found)};
}

}  // namespace nocloud::terraform
