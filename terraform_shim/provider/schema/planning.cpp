#include "terraform_shim/provider/schema/planning.hpp"

#include <algorithm>

namespace nocloud::terraform {
namespace {

Value planned_for(const Attribute& attribute, const Value& prior, const Value& config) {
  const auto& given = config.at(attribute.name);
  if (!given.is_null()) return given;
  if (!attribute.default_value.is_null()) return attribute.default_value;
  if (!attribute.is_computed()) return nullptr;
  return prior.is_null() ? unknown() : prior.at(attribute.name);
}

void add(std::string& detail, std::string_view sentence) {
  if (!detail.empty()) detail += ' ';
  detail += sentence;
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

bool asks_nothing_new(const Block& block, const Plan& plan) {
  return std::ranges::none_of(block.attributes, [&](const Attribute& attribute) {
    return attribute.is_given() && plan.changes(attribute.name);
  });
}

void tell_how_to_destroy(Plan& plan) {
  for (auto& diagnostic : plan.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::warning) continue;
    add(diagnostic.detail, "`terraform destroy -refresh=false` removes what the state holds all the same.");
  }
}

void leave_to_the_apply(Plan& plan) {
  for (auto& diagnostic : plan.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::warning) continue;
    diagnostic.severity = Diagnostic::Severity::warning;
    diagnostic.summary += ": the apply will fail";
    add(diagnostic.detail, "A destroy goes on.");
  }
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
