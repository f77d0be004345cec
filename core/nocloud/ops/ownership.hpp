#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/model/owner.hpp"

namespace nocloud {

/// The option that accepts this owner, ready to be typed: `--owner root@desk`.
std::string owner_option(const Owner& owner);

/// Error{conflict}: WHAT ("VM 'web00'") belongs to its owner, not to the caller. The remedy is a sentence.
Error another_owner(std::string_view what, const Owner& owner, const Owner& caller, std::string_view remedy);

/// VMs that were left out because they are not the caller's.
class OthersVms {
 public:
  void add(const Owner& owner);

  bool empty() const { return count_ == 0; }
  /// "2 VMs of root@desk", "3 VMs of anna@desk and others".
  std::string str() const;
  /// What shows them, or acts on them: the option of their only owner, else `--owner any`.
  std::string option() const { return option_; }

 private:
  std::size_t count_ = 0;
  std::string first_ = {};
  std::string option_ = {};
  bool several_owners_ = false;
};

/// What a listing says to the caller of VMs that it leaves out.
std::string not_shown(const OthersVms& others, const Owner& caller);

/// For caches.
nlohmann::json json_of(const Owner& owner);
/// Throws nlohmann::json::exception for what json_of has not written.
Owner owner_from(const nlohmann::json& entry);

}  // namespace nocloud
