#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/foresee.hpp"
#include "terraform_shim/provider/resources/claims.hpp"
#include "terraform_shim/provider/resources/vm_listing.hpp"
#include "terraform_shim/provider/schema/fields.hpp"
#include "terraform_shim/provider/schema/identity.hpp"
#include "terraform_shim/provider/schema/planning.hpp"
#include "terraform_shim/provider/schema/schema.hpp"

namespace nocloud::terraform {

/// What resources work with, once the provider is configured.
struct Session {
  const Context& context;
  VmListing& listing;
  Claims& claims;
  /// Of the provider's configuration, else of environment and config file.
  NewVmDefaults defaults = {};
  std::optional<std::chrono::seconds> timeout = std::nullopt;
  /// In an apply: what the resource may work on. Whatever is unconfirmed by this run and has a name of the
  /// resource's is the resource's.
  Keeping keeping = {};
};

/// What has come of an apply.
struct Outcome {
  /// What is there now; null for nothing.
  Value state;
  /// Why it is not what was planned.
  std::optional<Error> error = std::nullopt;
};

/// A kind of thing that Terraform makes, changes and removes. Values are objects with every attribute of the
/// schema. Safe to call from several threads.
class Resource {
 public:
  virtual ~Resource() = default;

  virtual const Block& schema() const = 0;
  /// What the resource has by this state or is to have by this plan, without what is not known yet.
  virtual std::vector<Thing> things(const Value& values) const = 0;
  /// What is wrong with a configuration beyond single attributes.
  virtual Diagnostics check(const Fields& /*config*/) const { return {}; }
  /// Adds to the plan what the schema alone can't tell. Without a session while the provider's own
  /// configuration is not known yet.
  virtual void refine(const Session* session, Plan& plan) const = 0;
  /// The state as it is now; null if the thing is gone, whatever has its name.
  virtual Value read(const Session& session, const Value& state) const = 0;
  /// Throws while nothing is changed yet. What fails later is told in the outcome, with what is there.
  virtual Outcome create(const Session& session, const Value& planned) const = 0;
  virtual Outcome update(const Session& session, const Value& prior, const Value& planned) const = 0;
  /// What is gone already is no error; what has its name since is left alone.
  virtual void destroy(const Session& session, const Value& prior) const = 0;
  /// The state of what exists under this name. Throws Error{not_found}.
  virtual Value import(const Session& session, std::string_view id) const = 0;
};

/// What is there of a resource after a failure, as `look` finds it. Where even that can't be found out it is
/// the state before: what may be there must not be lost.
Value found_after_failure(const Session& session, const Value& before, const std::function<Value()>& look);

/// What is planned, with the run's own id in place of the UUID that is not known yet: the state of what may
/// have been made, if nothing more can be found out.
Value made_by_run(const Session& session, Value planned);
/// Whether `found`, which has the name of the state's thing, is that thing. `unconfirmed` is as in its
/// record; empty for networks. Throws Error{conflict} for a state that has no UUID: nobody can tell then.
bool is_the_one(const Value& state, const Thing& found, const std::string& unconfirmed);
/// Throws Error{conflict}: the thing of the plan is not there any more.
[[noreturn]] void refuse_vanished(const Thing& thing);
/// Whether a run has yet to confirm what has the thing's name, by a listing that may be two seconds old.
bool is_unconfirmed(const Session& session, const Thing& thing);
/// The template; nothing if the same plan makes it. Throws Error{not_found} if neither.
std::optional<Template> require_template(const Session& session, const TemplateName& name);
/// The same before a VM is made of it: throws also if files of it are gone and the same plan does not repair
/// it.
void require_whole_template(const Session& session, const TemplateName& name);

/// A kind of thing that Terraform looks up.
class DataSource {
 public:
  virtual ~DataSource() = default;

  virtual const Block& schema() const = 0;
  /// Throws Error{not_found}.
  virtual Value read(const Session& session, const Value& config) const = 0;
};

}  // namespace nocloud::terraform
