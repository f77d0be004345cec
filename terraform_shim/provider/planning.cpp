#include "terraform_shim/provider/planning.hpp"

namespace nocloud::terraform {
namespace {

Value planned_for(const Attribute& attribute, const Value& prior, const Value& config) {
  const auto& given = config.at(attribute.name);
  if (!given.is_null()) return given;
  if (!attribute.default_value.is_null()) return attribute.default_value;
  if (!attribute.is_computed()) return nullptr;
  return prior.is_null() ? unknown() : prior.at(attribute.name);
}

}  // namespace

bool Plan::changes(std::string_view attribute) const {
  const auto name = std::string(attribute);
  const auto& value = planned.at(name);
  return prior.is_null() || !is_wholly_known(value) || prior.at(name) != value;
}

bool Plan::leaves_open(std::string_view attribute) const {
  return config.at(std::string(attribute)).is_null();
}

Plan plan_change(const Block& block, const Value& prior, const Value& config) {
  Plan plan{.prior = prior, .planned = Value::object(), .config = config};
  for (const auto& attribute : block.attributes) {
    plan.planned[attribute.name] = planned_for(attribute, prior, config);
    const bool replaces = attribute.on_change == Attribute::OnChange::replace;
    if (replaces && !plan.creates() && plan.changes(attribute.name)) plan.replace(attribute.name);
  }
  return plan;
}

}  // namespace nocloud::terraform
