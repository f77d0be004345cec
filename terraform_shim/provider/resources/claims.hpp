#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nocloud/ops/converge/keeping.hpp"
#include "terraform_shim/provider/resources/thing.hpp"

namespace nocloud::terraform {

/// Which names this process may take. Terraform tells a provider neither a resource's address nor its
/// workspace, so a name that is taken is a conflict, unless
/// - the plan itself removes what has it first (it is replaced), or
/// - an apply that was killed has left it: unconfirmed, by a run that is no more.
/// What this process makes is confirmed when Terraform ends it in order, with every answer in its state.
/// Safe to call from several threads.
class Claims {
 public:
  /// Names that nobody else in this process can take meanwhile.
  class Making {
   public:
    Making(Claims& claims, std::vector<Thing> things, Keeping keeping)
        : claims_(claims), things_(std::move(things)), keeping_(std::move(keeping)) {}
    ~Making() { claims_.release(things_); }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;

    const Keeping& keeping() const { return keeping_; }

   private:
    Claims& claims_;
    std::vector<Thing> things_;
    Keeping keeping_;
  };

  /// A walk of Terraform's through the configuration begins: nothing is planned yet.
  void begin_walk();
  /// These are in Terraform's state.
  void saw(const std::vector<Thing>& things);
  /// Of what a resource has by its state, a refresh has found these. The others are gone.
  void found(const std::vector<Thing>& known, const std::vector<Thing>& there);
  /// Whether one of them is gone, as a refresh in this process has found.
  bool is_gone(const std::vector<Thing>& things) const;
  /// A plan of a resource that has these. Throws Error{conflict} if another resource has or wants one of
  /// them.
  void plan_kept(const std::vector<Thing>& things);
  /// The same of a resource that goes, with what it has.
  void plan_removed(const std::vector<Thing>& things);
  /// A plan to make these; `replaced` are UUIDs of what is removed before. Throws Error{conflict} for a name
  /// that is taken.
  void plan_new(const Context& context, const std::vector<Thing>& things,
                const std::set<std::string>& replaced);
  /// Whether the same plan makes it.
  bool is_planned(Thing::Kind kind, std::string_view name) const;
  /// Whether the same plan keeps, changes or repairs what has the UUID.
  bool is_kept(const std::string& uuid) const;

  /// Takes the names for a resource that makes these, and takes over what a killed apply has left of them.
  /// Throws Error{conflict}, with nothing changed, for a name that is taken.
  Making make(const Context& context, const std::vector<Thing>& things);
  /// What has been removed is no longer to be replaced.
  static void removed(const Context& context, const std::vector<Thing>& things);
  /// For a change of what a resource has to what is planned. Takes over what a killed apply has left of the
  /// latter.
  Keeping keeping(const Context& context, const std::vector<Thing>& present,
                  const std::vector<Thing>& planned);
  /// Those of the planned things that have no UUID yet and that a killed apply has left, but for the known.
  std::vector<Thing> left_beside(const Context& context, const std::set<std::string>& known,
                                 const std::vector<Thing>& planned);
  /// Terraform has been told of these.
  void answered(const std::vector<Thing>& things);
  /// Terraform has saved all that it was told.
  void confirm_answered(const Context& context);

 private:
  using Name = std::pair<Thing::Kind, std::string>;

  void reserve(const std::vector<Thing>& things);
  void release(const std::vector<Thing>& things);
  /// This process's id, random. By a lock of that name others see that it lives.
  std::string run_id(const Context& context);
  /// Those of them that are there. Throws Error{conflict} for a name that is taken otherwise.
  std::vector<Thing> left_by_killed_runs(const Context& context, const std::vector<Thing>& things);
  bool was_left(const Context& context, const Holder& holder);
  /// Throws Error{conflict} unless the plan replaces what has the name. With the mutex held.
  void check_replaced(const Context& context, const Thing& thing, const Holder& holder,
                      const std::set<std::string>& replaced);

  mutable std::mutex mutex_;
  std::set<std::string> seen_;
  std::set<Name> gone_;
  std::set<std::string> kept_;
  std::set<std::string> removed_;
  /// Of things that have the name of one that is planned.
  std::set<std::string> replaced_;
  std::set<Name> planned_;
  std::set<Name> being_made_;
  std::vector<Thing> answered_;
  std::string run_;
  std::optional<FileLock> alive_;
};

}  // namespace nocloud::terraform
