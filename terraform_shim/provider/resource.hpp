#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/foresee.hpp"
#include "terraform_shim/provider/fields.hpp"
#include "terraform_shim/provider/planning.hpp"
#include "terraform_shim/provider/schema.hpp"
#include "terraform_shim/provider/vm_listing.hpp"

namespace nocloud::terraform {

/// What resources work with, once the provider is configured.
struct Session {
  const Context& context;
  VmListing& listing;
  /// Of the provider's configuration, else of environment and config file.
  NewVmDefaults defaults = {};
  std::optional<std::chrono::seconds> timeout = std::nullopt;
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
  /// What is wrong with a configuration beyond single attributes.
  virtual Diagnostics check(const Fields& /*config*/) const { return {}; }
  /// Adds to the plan what the schema alone can't tell. Without a session while the provider's own
  /// configuration is not known yet.
  virtual void refine(const Session* session, Plan& plan) const = 0;
  /// The state as it is now; null if the thing is gone.
  virtual Value read(const Session& session, const Value& state) const = 0;
  /// Throws while nothing is changed yet. What fails later is told in the outcome, with what is there.
  virtual Outcome create(const Session& session, const Value& planned) const = 0;
  virtual Outcome update(const Session& session, const Value& prior, const Value& planned) const = 0;
  /// What is gone already is no error.
  virtual void destroy(const Session& session, const Value& prior) const = 0;
  /// The state of what exists under this name. Throws Error{not_found}.
  virtual Value import(const Session& session, std::string_view id) const = 0;
};

/// What is there of a resource after a failure. Where even that can't be found out it is the state before:
/// what may be there must not be lost.
Value found_after_failure(const Resource& resource, const Session& session, const Value& before);

/// A kind of thing that Terraform looks up.
class DataSource {
 public:
  virtual ~DataSource() = default;

  virtual const Block& schema() const = 0;
  /// Throws Error{not_found}.
  virtual Value read(const Session& session, const Value& config) const = 0;
};

}  // namespace nocloud::terraform
