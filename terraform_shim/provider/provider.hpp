#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/ops/converge/foresee.hpp"
#include "terraform_shim/provider/connection.hpp"
#include "terraform_shim/provider/log.hpp"
#include "terraform_shim/provider/resources/claims.hpp"
#include "terraform_shim/provider/resources/resource.hpp"

namespace nocloud::terraform {

/// A state, and what there is to say about it.
struct StateAnswer {
  Value state;
  Diagnostics diagnostics = {};
};

struct PlanAnswer {
  Value planned;
  std::vector<Path> replaced = {};
  Diagnostics diagnostics = {};
  /// For the plan of what comes in its place, if Terraform asks for one.
  std::string handed_on = {};
};

/// What Terraform may ask of a provider, in our own words. Whatever fails without more to be said throws
/// Error. Safe to call from several threads.
class Provider {
 public:
  template <class Kind>
  using Kinds = std::map<std::string, std::unique_ptr<Kind>, std::less<>>;

  Provider(Connect connect, Reporter& log);

  const Block& schema() const;
  const Kinds<Resource>& resources() const { return resources_; }
  const Kinds<DataSource>& data_sources() const { return data_sources_; }

  Diagnostics validate(const Value& config) const;
  Diagnostics validate_resource(std::string_view type, const Value& config) const;
  Diagnostics validate_data_source(std::string_view type, const Value& config) const;
  /// Connects, unless the configuration is not known yet.
  Diagnostics configure(const Value& config);
  /// Terraform begins to walk through a configuration: nothing is planned yet. So does configure().
  void begin_walk() { claims_.begin_walk(); }
  /// A state as it was stored, in JSON, maybe by another version.
  Value upgrade(std::string_view type, std::string_view stored);
  StateAnswer read(std::string_view type, const Value& state);
  /// `from_replaced` is empty, or what a plan of the resource that is replaced has handed on.
  PlanAnswer plan(std::string_view type, const Value& prior, const Value& config,
                  std::string_view from_replaced = {});
  StateAnswer apply(std::string_view type, const Value& prior, const Value& planned);
  Value import(std::string_view type, std::string_view id);
  StateAnswer read_data_source(std::string_view type, const Value& config);
  /// Terraform ends in order: all that it was told is in its state.
  void confirm_answered();
  /// Ends what is going on as soon as it can be left, with its state kept.
  void stop() { stop_.request_stop(); }

 private:
  /// One call's session, its warnings apart from other calls'.
  class Call;

  Outcome create(const Resource& kind, Call& call, const Value& planned);
  Outcome update(const Resource& kind, Call& call, const Value& prior, const Value& planned);
  /// They are in Terraform's state, so Terraform has saved them.
  static void confirm_saved(const Session& session, const std::vector<Thing>& things);
  /// Lets the resource refine the plan. What the host lacks only for what was there once, as Terraform saw
  /// it, is a warning: a destroy makes such a plan first, and must not end at it.
  void refine(const Resource& kind, const Session& session, Plan& plan);
  /// Adds to the plan that a name is taken.
  void check_names(const Session& session, Plan& plan, const std::vector<Thing>& things,
                   const std::set<std::string>& replaced);
  const Resource& resource(std::string_view type) const;
  const DataSource& data_source(std::string_view type) const;

  Connect connect_;
  Reporter& log_;
  std::stop_source stop_;
  Kinds<Resource> resources_;
  Kinds<DataSource> data_sources_;
  VmListing listing_;
  Claims claims_;

  /// Set once by configure(), before any call that works with it.
  std::unique_ptr<Connection> connection_;
  NewVmDefaults defaults_;
  std::optional<std::chrono::seconds> timeout_;
};

}  // namespace nocloud::terraform
