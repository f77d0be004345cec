#include "terraform_shim/provider/resources/resource.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/missing_images.hpp"

namespace nocloud::terraform {

Value found_after_failure(const Session& session, const Value& before, const std::function<Value()>& look) {
  session.listing.forget();
  try {
    return look();
  } catch (const Error& error) {  // as when libvirt is gone
    session.context.reporter.warn("what is there now could not be found out: " + error.message(),
                                  error.hint());
    return without_unknowns(before);
  }
}

Value made_by_run(const Session& session, Value planned) {
  planned["uuid"] = Identity{.run = session.keeping.run}.text();
  return planned;
}

bool is_the_one(const Value& state, const Thing& found, const std::string& unconfirmed) {
  const auto known = Identity::in(state);
  if (!known.is_empty()) return known.is_of(found.uuid, unconfirmed);
  const auto what = description_of(found);
  throw Error(
      ErrorKind::conflict,
      fmt::format("there is a {}, but the state has no UUID that says whether it is this resource's", what),
      fmt::format("An older nocloud wrote that state. Take the resource out of it: `terraform state rm "
                  "ADDRESS`. If the {} is the resource's, put it back: `terraform import ADDRESS NAME`.",
                  what));
}

void refuse_vanished(const Thing& thing) {
  throw Error(ErrorKind::conflict,
              fmt::format("{} was removed by another run since the plan", description_of(thing)),
              "Plan again.");
}

std::optional<Template> require_template(const Session& session, const TemplateName& name) {
  if (session.claims.is_planned(Thing::Kind::source, name.str())) return std::nullopt;
  const auto found = session.context.hypervisor.find_template(name);
  if (found && found->complete) return *found;
  throw Error(ErrorKind::not_found, fmt::format("there is no template {}", cited(name.str())),
              "`vmtemplate -l` shows those there are. If this configuration makes it, refer to that "
              "resource: template = nocloud_template.NAME.name.");
}

void require_whole_template(const Session& session, const TemplateName& name) {
  const auto found = require_template(session, name);
  if (found && !session.claims.is_kept(found->uuid)) require_whole(session.context.hypervisor, *found);
}

bool is_unconfirmed(const Session& session, const Thing& thing) {
  if (thing.kind == Thing::Kind::vm) {
    const auto located = session.listing.find(session.context, VmName::parse(thing.name));
    return located && !located->vm.unconfirmed.empty();
  }
  const auto holder = thing.kind == Thing::Kind::source ? holder_of(session.context, thing) : std::nullopt;
  return holder && !holder->unconfirmed.empty();
}

}  // namespace nocloud::terraform
