#include "terraform_shim/provider/resources/claims.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::terraform {
namespace {

constexpr std::size_t id_bytes = 16;

std::string lock_of(std::string_view run) {
  return fmt::format("terraform={}", run);
}

/// Whether the process with this id runs.
bool lives(const Context& context, std::string_view run) {
  try {
    context.locks.acquire(lock_of(run), {}, [] { throw Error(ErrorKind::conflict, "the run lives"); });
    return false;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict) throw;
    return true;
  }
}

Error is_another_resources(const Thing& thing) {
  return {
      ErrorKind::conflict, fmt::format("{} belongs to another resource of this state", description_of(thing)),
      "If it has only moved to another address, say so in a `moved` block. If it was imported twice, take "
      "one out with `terraform state rm ADDRESS`. If Terraform calls it a deposed object, take it out so, "
      "and "
      "import it. Otherwise choose another name."};
}

/// That a plan replaces the thing of this UUID. The apply is another process and is not told: without the
/// note it would refuse a replacement too early for Terraform to take it back. A stale note only lets a plan
/// pass that the apply refuses.
std::filesystem::path note_of(const Context& context, const std::string& uuid) {
  return context.runtime_folder / ("terraform-replaces-" + uuid);
}

bool is_noted(const Context& context, const std::string& uuid) {
  std::error_code ignored;  // what can't be seen is not there
  return !uuid.empty() && std::filesystem::exists(note_of(context, uuid), ignored);
}

void remove_note(const Context& context, const std::string& uuid) {
  if (is_noted(context, uuid)) remove_file(note_of(context, uuid));
}

Error created_too_early(const Thing& thing) {
  return {
      ErrorKind::conflict,
      fmt::format("{} can't be created before the old one is destroyed", description_of(thing)),
      "Both would have one name. Remove create_before_destroy from this resource and from all that depend "
      "on it."};
}

}  // namespace

void Claims::begin_walk() {
  const std::lock_guard lock(mutex_);
  seen_.clear();
  kept_.clear();
  removed_.clear();
  replaced_.clear();
  planned_.clear();
}

void Claims::saw(const std::vector<Thing>& things) {
  const std::lock_guard lock(mutex_);
  for (const auto& thing : things) {
    if (!thing.uuid.empty()) seen_.insert(thing.uuid);
  }
}

void Claims::found(const std::vector<Thing>& known, const std::vector<Thing>& there) {
  const std::lock_guard lock(mutex_);
  for (const auto& thing : known) gone_.insert({thing.kind, thing.name});
  for (const auto& thing : there) gone_.erase({thing.kind, thing.name});
}

bool Claims::is_gone(const std::vector<Thing>& things) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(things, [&](const Thing& thing) {
    return gone_.contains({thing.kind, thing.name});
  });
}

void Claims::plan_kept(const std::vector<Thing>& things) {
  const std::lock_guard lock(mutex_);
  for (const auto& thing : things) {
    if (thing.uuid.empty()) continue;
    const bool free = !replaced_.contains(thing.uuid) && !removed_.contains(thing.uuid);
    if (!free || !kept_.insert(thing.uuid).second) throw is_another_resources(thing);
  }
}

void Claims::plan_removed(const std::vector<Thing>& things) {
  const std::lock_guard lock(mutex_);
  for (const auto& thing : things) {
    if (thing.uuid.empty()) continue;
    if (replaced_.contains(thing.uuid) || kept_.contains(thing.uuid)) throw is_another_resources(thing);
    removed_.insert(thing.uuid);
  }
}

void Claims::check_replaced(const Context& context, const Thing& thing, const Holder& holder,
                            const std::set<std::string>& replaced) {
  const auto& uuid = holder.uuid;
  if (holder.whose != Holder::Whose::own) throw name_conflict(thing, holder);
  if (!replaced.contains(uuid)) {
    if (kept_.contains(uuid) || removed_.contains(uuid)) throw is_another_resources(thing);
    // Of a resource that is tainted Terraform plans only the new object, once.
    const bool tainted = seen_.contains(uuid) && replaced_.insert(uuid).second;
    if (!tainted && !is_noted(context, uuid)) throw name_conflict(thing, holder);
  }
  make_folder(context.runtime_folder, 0700);
  write_file(note_of(context, uuid), "", 0600);
}

void Claims::plan_new(const Context& context, const std::vector<Thing>& things,
                      const std::set<std::string>& replaced) {
  for (const auto& thing : things) {
    const auto holder = holder_of(context, thing);
    const bool unconfirmed = holder && was_left(context, *holder);
    const std::lock_guard lock(mutex_);
    // What is in Terraform's state is no left-over, even if a lost connection kept it from being confirmed.
    const bool left = unconfirmed && !seen_.contains(holder->uuid);
    if (holder && !left) check_replaced(context, thing, *holder, replaced);
    if (planned_.insert({thing.kind, thing.name}).second) continue;
    throw Error(ErrorKind::conflict, fmt::format("two resources would make {}", description_of(thing)),
                fmt::format("Give each a name of its own. {}", destroy_all_the_same));
  }
}

bool Claims::is_planned(Thing::Kind kind, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return planned_.contains({kind, std::string(name)});
}

bool Claims::is_kept(const std::string& uuid) const {
  const std::lock_guard lock(mutex_);
  return kept_.contains(uuid);
}

void Claims::reserve(const std::vector<Thing>& things) {
  const std::lock_guard lock(mutex_);
  for (const auto& thing : things) {
    if (being_made_.contains({thing.kind, thing.name})) throw name_conflict(thing, {.unconfirmed = run_});
  }
  for (const auto& thing : things) being_made_.insert({thing.kind, thing.name});
}

void Claims::release(const std::vector<Thing>& things) {
  const std::lock_guard lock(mutex_);
  for (const auto& thing : things) being_made_.erase({thing.kind, thing.name});
}

Claims::Making Claims::make(const Context& context, const std::vector<Thing>& things) {
  Keeping keeping{.run = run_id(context)};
  reserve(things);
  try {
    for (const auto& thing : left_by_killed_runs(context, things)) {
      set_unconfirmed(context, thing, keeping.run);
      keeping.known.insert(thing.uuid);
    }
  } catch (...) {
    release(things);
    throw;
  }
  return {*this, things, std::move(keeping)};
}

std::vector<Thing> Claims::left_by_killed_runs(const Context& context, const std::vector<Thing>& things) {
  std::vector<Thing> left;
  for (auto thing : things) {
    const auto holder = holder_of(context, thing);
    if (!holder) continue;
    if (is_noted(context, holder->uuid)) {
      remove_note(context, holder->uuid);
      throw created_too_early(thing);
    }
    if (!was_left(context, *holder)) throw name_conflict(thing, *holder);
    thing.uuid = holder->uuid;
    left.push_back(std::move(thing));
  }
  return left;
}

void Claims::removed(const Context& context, const std::vector<Thing>& things) {
  for (const auto& thing : things) remove_note(context, thing.uuid);
}

Keeping Claims::keeping(const Context& context, const std::vector<Thing>& present,
                        const std::vector<Thing>& planned) {
  Keeping keeping{.run = run_id(context)};
  for (const auto& thing : present) keeping.known.insert(thing.uuid);
  for (const auto& thing : left_beside(context, keeping.known, planned)) {
    set_unconfirmed(context, thing, keeping.run);
    keeping.known.insert(thing.uuid);
  }
  return keeping;
}

std::vector<Thing> Claims::left_beside(const Context& context, const std::set<std::string>& known,
                                       const std::vector<Thing>& planned) {
  std::vector<Thing> left;
  for (auto thing : planned) {
    const auto holder = thing.uuid.empty() ? holder_of(context, thing) : std::nullopt;
    if (!holder || known.contains(holder->uuid) || !was_left(context, *holder)) continue;
    thing.uuid = holder->uuid;
    left.push_back(std::move(thing));
  }
  return left;
}

void Claims::answered(const std::vector<Thing>& things) {
  const std::lock_guard lock(mutex_);
  answered_.insert(answered_.end(), things.begin(), things.end());
}

void Claims::confirm_answered(const Context& context) {
  std::vector<Thing> things;
  {
    const std::lock_guard lock(mutex_);
    things.swap(answered_);
  }
  for (const auto& thing : things) {
    try {
      set_unconfirmed(context, thing, {});
    } catch (const Error& error) {
      context.reporter.warn(
          fmt::format("{} could not be confirmed: {}", description_of(thing), error.message()),
          "The next plan does so.");
    }
  }
}

std::string Claims::run_id(const Context& context) {
  const std::lock_guard lock(mutex_);
  if (run_.empty()) {
    run_ = hex(random_bytes(id_bytes));
    alive_ = context.locks.acquire(lock_of(run_), context.stop);
  }
  return run_;
}

bool Claims::was_left(const Context& context, const Holder& holder) {
  if (holder.whose != Holder::Whose::own) return false;
  const auto& run = holder.unconfirmed;
  // Anybody may have written it: only an id is looked up.
  return is_hex(run, 2 * id_bytes) && !lives(context, run);
}

}  // namespace nocloud::terraform
