#pragma once

#include <string>

#include "terraform_shim/provider/schema/value.hpp"

namespace nocloud::terraform {

/// By what a state's attribute `uuid` knows a thing: `UUID`, `made-by:RUN` or `made-by:RUN:UUID`. A run that
/// lost libvirt writes its own id there. The record of what it made bears that id, and nothing else does.
struct Identity {
  /// libvirt's; empty where it could not be learned.
  std::string uuid = {};
  /// The run that may have made the thing; empty where the UUID is all there is to know.
  std::string run = {};

  /// Of a state; empty where `uuid` is absent, null or unknown.
  static Identity in(const Value& state);

  bool is_empty() const { return uuid.empty() && run.empty(); }
  /// Whether it is the thing of this UUID, whose record says that this run has yet to confirm it.
  bool is_of(const std::string& found_uuid, const std::string& unconfirmed) const;
  /// As the state has it.
  std::string text() const;
};

}  // namespace nocloud::terraform
