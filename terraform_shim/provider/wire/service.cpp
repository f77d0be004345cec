#include "terraform_shim/provider/wire/service.hpp"

#include <fmt/format.h>
#include <tfplugin6.grpc.pb.h>

#include "terraform_shim/provider/provider.hpp"

namespace nocloud::terraform {
namespace {

using grpc::ServerContext;
using grpc::Status;

Value value_of(const tfplugin6::DynamicValue& wire) {
  if (!wire.msgpack().empty()) return read_msgpack(wire.msgpack());
  return wire.json().empty() ? Value() : read_json(wire.json());
}

void put(const Value& value, tfplugin6::DynamicValue* wire) {
  wire->set_msgpack(write_msgpack(value));
}

void put(const Path& path, tfplugin6::AttributePath* wire) {
  for (const auto& step : path.steps) {
    auto* selector = wire->add_steps();
    if (const auto* attribute = std::get_if<Path::Attribute>(&step))
      selector->set_attribute_name(attribute->name);
    if (const auto* key = std::get_if<Path::Key>(&step)) selector->set_element_key_string(key->key);
    if (const auto* index = std::get_if<Path::Index>(&step)) selector->set_element_key_int(index->position);
  }
}

void put(const Diagnostic& diagnostic, tfplugin6::Diagnostic* wire) {
  const bool error = diagnostic.severity == Diagnostic::Severity::error;
  wire->set_severity(error ? tfplugin6::Diagnostic::ERROR : tfplugin6::Diagnostic::WARNING);
  // The first line is a title; a guest's console may follow it.
  const auto end = diagnostic.summary.find('\n');
  wire->set_summary(diagnostic.summary.substr(0, end));
  auto detail = end == std::string::npos ? std::string() : diagnostic.summary.substr(end + 1);
  if (!detail.empty() && !diagnostic.detail.empty()) detail += "\n\n";
  wire->set_detail(detail + diagnostic.detail);
  if (!diagnostic.path.steps.empty()) put(diagnostic.path, wire->mutable_attribute());
}

template <class Response>
void put(const Diagnostics& diagnostics, Response* response) {
  for (const auto& diagnostic : diagnostics) put(diagnostic, response->add_diagnostics());
}

void put(const Attribute& attribute, tfplugin6::Schema::Attribute* wire) {
  using Source = Attribute::Source;
  wire->set_name(attribute.name);
  wire->set_description(attribute.description);
  wire->set_required(attribute.source == Source::required);
  wire->set_optional(attribute.source == Source::optional || attribute.source == Source::either);
  wire->set_computed(attribute.is_computed());
  wire->set_sensitive(attribute.secrecy == Attribute::Secrecy::secret);
  if (!attribute.type.is_null()) return wire->set_type(attribute.type.dump());
  auto* nested = wire->mutable_nested_type();
  nested->set_nesting(tfplugin6::Schema::Object::LIST);
  for (const auto& field : attribute.fields) put(field, nested->add_attributes());
}

void put(const Block& block, tfplugin6::Schema* wire) {
  wire->mutable_block()->set_description(block.description);
  for (const auto& attribute : block.attributes) put(attribute, wire->mutable_block()->add_attributes());
}

/// Whatever fails is told in the response: a failed call would only say that the plugin is broken.
template <class Response, class Work>
Status answer(Response* response, Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    put(diagnostic_of(error), response->add_diagnostics());
  } catch (const std::exception& error) {
    put({.summary = fmt::format("internal error: {}", error.what()),
         .detail = "This is a defect of nocloud; please report it with the configuration."},
        response->add_diagnostics());
  }
  return Status::OK;
}

class Service final : public tfplugin6::Provider::Service {
 public:
  explicit Service(terraform::Provider& provider) : provider_(provider) {}

  Status GetProviderSchema(ServerContext*, const tfplugin6::GetProviderSchema::Request*,
                           tfplugin6::GetProviderSchema::Response* response) override {
    return answer(response, [&] {
      put(provider_.schema(), response->mutable_provider());
      for (const auto& [type, kind] : provider_.resources()) {
        put(kind->schema(), &(*response->mutable_resource_schemas())[type]);
      }
      for (const auto& [type, kind] : provider_.data_sources()) {
        put(kind->schema(), &(*response->mutable_data_source_schemas())[type]);
      }
      response->mutable_server_capabilities()->set_get_provider_schema_optional(true);
      response->mutable_server_capabilities()->set_plan_destroy(true);
    });
  }

  Status ValidateProviderConfig(ServerContext*, const tfplugin6::ValidateProviderConfig::Request* request,
                                tfplugin6::ValidateProviderConfig::Response* response) override {
    return answer(response, [&] { put(provider_.validate(value_of(request->config())), response); });
  }

  Status ConfigureProvider(ServerContext*, const tfplugin6::ConfigureProvider::Request* request,
                           tfplugin6::ConfigureProvider::Response* response) override {
    return answer(response, [&] { put(provider_.configure(value_of(request->config())), response); });
  }

  Status ValidateResourceConfig(ServerContext*, const tfplugin6::ValidateResourceConfig::Request* request,
                                tfplugin6::ValidateResourceConfig::Response* response) override {
    return answer(response, [&] {
      put(provider_.validate_resource(request->type_name(), value_of(request->config())), response);
    });
  }

  Status ValidateDataResourceConfig(ServerContext*,
                                    const tfplugin6::ValidateDataResourceConfig::Request* request,
                                    tfplugin6::ValidateDataResourceConfig::Response* response) override {
    return answer(response, [&] {
      put(provider_.validate_data_source(request->type_name(), value_of(request->config())), response);
    });
  }

  Status UpgradeResourceState(ServerContext*, const tfplugin6::UpgradeResourceState::Request* request,
                              tfplugin6::UpgradeResourceState::Response* response) override {
    return answer(response, [&] {
      put(provider_.upgrade(request->type_name(), request->raw_state().json()),
          response->mutable_upgraded_state());
    });
  }

  Status ReadResource(ServerContext*, const tfplugin6::ReadResource::Request* request,
                      tfplugin6::ReadResource::Response* response) override {
    return answer(response, [&] {
      const auto now = provider_.read(request->type_name(), value_of(request->current_state()));
      put(now.state, response->mutable_new_state());
      put(now.diagnostics, response);
    });
  }

  Status PlanResourceChange(ServerContext*, const tfplugin6::PlanResourceChange::Request* request,
                            tfplugin6::PlanResourceChange::Response* response) override {
    return answer(response, [&] {
      // What is proposed follows from these two; null, it asks for removal.
      const auto proposed = value_of(request->proposed_new_state());
      const auto plan = provider_.plan(request->type_name(), value_of(request->prior_state()),
                                       proposed.is_null() ? Value() : value_of(request->config()),
                                       request->prior_private());
      put(plan.planned, response->mutable_planned_state());
      for (const auto& path : plan.replaced) put(path, response->add_requires_replace());
      response->set_planned_private(plan.handed_on);
      put(plan.diagnostics, response);
    });
  }

  Status ApplyResourceChange(ServerContext*, const tfplugin6::ApplyResourceChange::Request* request,
                             tfplugin6::ApplyResourceChange::Response* response) override {
    return answer(response, [&] {
      const auto done = provider_.apply(request->type_name(), value_of(request->prior_state()),
                                        value_of(request->planned_state()));
      put(done.state, response->mutable_new_state());
      put(done.diagnostics, response);
    });
  }

  Status ImportResourceState(ServerContext*, const tfplugin6::ImportResourceState::Request* request,
                             tfplugin6::ImportResourceState::Response* response) override {
    return answer(response, [&] {
      const auto state = provider_.import(request->type_name(), request->id());
      auto* imported = response->add_imported_resources();
      imported->set_type_name(request->type_name());
      put(state, imported->mutable_state());
    });
  }

  Status ReadDataSource(ServerContext*, const tfplugin6::ReadDataSource::Request* request,
                        tfplugin6::ReadDataSource::Response* response) override {
    return answer(response, [&] {
      const auto found = provider_.read_data_source(request->type_name(), value_of(request->config()));
      put(found.state, response->mutable_state());
      put(found.diagnostics, response);
    });
  }

  Status StopProvider(ServerContext*, const tfplugin6::StopProvider::Request*,
                      tfplugin6::StopProvider::Response*) override {
    provider_.stop();
    return Status::OK;
  }

 private:
  terraform::Provider& provider_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_service(Provider& provider) {
  return std::make_unique<Service>(provider);
}

}  // namespace nocloud::terraform
