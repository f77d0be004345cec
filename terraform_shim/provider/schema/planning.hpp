#pragma once

#include <string_view>
#include <vector>

#include "terraform_shim/provider/schema/schema.hpp"

namespace nocloud::terraform {

/// What is to come of a resource, as Terraform shows it before it is done.
struct Plan {
  /// Null where nothing was there before.
  Value prior;
  Value planned;
  /// What can only be different in another resource in this one's place.
  std::vector<Path> replaced = {};
  Diagnostics diagnostics = {};
  /// What the user says.
  Value config = nullptr;

  bool creates() const { return prior.is_null(); }
  /// Whether the attribute is to be another than before. Something unknown always may be.
  bool changes(std::string_view attribute) const;
  /// Whether the user says nothing of the attribute.
  bool leaves_open(std::string_view attribute) const;
  /// Says that the change of this attribute takes another resource.
  void replace(std::string_view attribute) { replaced.push_back(Path::to(attribute)); }
};

/// The plan that follows from the schema: the user's word goes first, then the attribute's default, then
/// what was there; what only making it can tell is unknown.
Plan plan_change(const Block& block, const Value& prior, const Value& config);

/// Whether the user asks for the same as before, by all attributes that a user may set.
bool asks_nothing_new(const Block& block, const Plan& plan);
/// Adds to the plan's errors how a destroy, which makes such a plan first, goes on.
void tell_how_to_destroy(Plan& plan);
/// Makes warnings of the plan's errors: the apply ends in them, a destroy does not.
void leave_to_the_apply(Plan& plan);

}  // namespace nocloud::terraform
