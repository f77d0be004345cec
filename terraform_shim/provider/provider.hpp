#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/ops/foresee.hpp"
#include "terraform_shim/provider/connection.hpp"
#include "terraform_shim/provider/log.hpp"
#include "terraform_shim/provider/resource.hpp"

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
  /// A state as it was stored, in JSON, maybe by another version.
  Value upgrade(std::string_view type, std::string_view stored) const;
  StateAnswer read(std::string_view type, const Value& state);
  PlanAnswer plan(std::string_view type, const Value& prior, const Value& config);
  StateAnswer apply(std::string_view type, const Value& prior, const Value& planned);
  Value import(std::string_view type, std::string_view id);
  StateAnswer read_data_source(std::string_view type, const Value& config);
  /// Ends what is going on as soon as it can be left, with its state kept.
  void stop() { stop_.request_stop(); }

 private:
  /// One call's session, its warnings apart from other calls'.
  class Call;

  const Resource& resource(std::string_view type) const;
  const DataSource& data_source(std::string_view type) const;

  Connect connect_;
  Reporter& log_;
  std::stop_source stop_;
  Kinds<Resource> resources_;
  Kinds<DataSource> data_sources_;
  VmListing listing_;

  /// Set once by configure(), before any call that works with it.
  std::unique_ptr<Connection> connection_;
  NewVmDefaults defaults_;
  std::optional<std::chrono::seconds> timeout_;
};

}  // namespace nocloud::terraform
