#include "nocloud/model/spec/description.hpp"

#include <map>

#include "nocloud/base/error.hpp"
#include "nocloud/model/template.hpp"

namespace nocloud {
namespace {

struct Holder {
  const NameClaim* claim;
  bool wanted;
};

/// What stands behind a word of an inventory, and one VM that brings it there.
struct Meaning {
  std::string what;
  Holder holder;
};

std::string with_origin(const std::string& text, const NameClaim& claim) {
  return claim.origin.empty() ? text : fmt::format("{} ({})", text, claim.origin);
}

std::string told(const Meaning& meaning) {
  const auto& claim = *meaning.holder.claim;
  return with_origin(fmt::format("{} of VM '{}'", meaning.what, claim.name), claim);
}

class ClashSearch {
 public:
  ClashSearch(const std::vector<NameClaim>& wanted, const std::vector<NameClaim>& existing)
      : wanted_(wanted), existing_(existing) {}

  std::optional<Clash> run() {
    for (const auto& claim : existing_) enter({&claim, false});
    for (const auto& claim : wanted_) {
      if (auto clash = enter({&claim, true})) return clash;
    }
    for (const auto& [name, holder] : names_) {
      const auto meaning = words_.find(name);
      if (meaning == words_.end() || !(holder.wanted || meaning->second.holder.wanted)) continue;
      return name_is_a_word(holder, meaning->second);
    }
    return std::nullopt;
  }

 private:
  std::optional<Clash> enter(const Holder& holder) {
    if (auto clash = enter_name(holder)) return clash;
    const auto& claim = *holder.claim;
    if (holder.wanted && claim.group == templates_group() && claim.name != template_vm(claim.template_name)) {
      return clash_of(
          holder,
          fmt::format("VM '{}' can't be in group '{}', which is for templates that are changed", claim.name,
                      claim.group),
          fmt::format("Take another group; `vm -n {0}` changes template '{0}'.", claim.template_name));
    }
    const auto group = ansible_group_word(claim.group.str());
    const auto group_is = fmt::format("group '{}'", claim.group);
    auto clash = enter_word(group, group_is, holder);
    // Not a word of Ansible's, but two commands would read it both ways.
    if (!clash) clash = enter_word(claim.group.str(), group_is, holder);
    if (!clash) {
      clash = enter_word(group + "_" + ansible_group_word(claim.type.str()),
                         fmt::format("type '{}' in group '{}'", claim.type, claim.group), holder);
    }
    if (!clash) {
      const auto word = "template_" + ansible_group_word(claim.template_name.str());
      clash = enter_word(word, fmt::format("the templates' group '{}'", word), holder);
    }
    return clash;
  }

  std::optional<Clash> enter_name(const Holder& holder) {
    const auto& claim = *holder.claim;
    const auto [entry, added] = names_.try_emplace(claim.name.str(), holder);
    if (added || !holder.wanted) return std::nullopt;
    const auto& other = *entry->second.claim;
    if (entry->second.wanted) {
      const auto sides = claim.origin.empty() || other.origin.empty()
                             ? std::string{}
                             : fmt::format(": {} and {}", other.origin, claim.origin);
      return clash_of(holder, fmt::format("VM name '{}' comes twice{}", claim.name, sides),
                      "Give one of them another name.");
    }
    if (other.group == claim.group) {
      entry->second = holder;
      return std::nullopt;
    }
    return clash_of(holder,
                    fmt::format("VM name '{}' of group '{}' is held by {}", claim.name, claim.group,
                                with_origin(fmt::format("a VM of group '{}'", other.group), other)),
                    fmt::format("Take another name, or delete that VM first: vmstop -d {}", claim.name));
  }

  std::optional<Clash> enter_word(const std::string& word, const std::string& what, const Holder& holder) {
    auto [entry, added] = words_.try_emplace(word, Meaning{what, holder});
    auto& present = entry->second;
    if (added) return std::nullopt;
    if (present.what == what) {
      if (holder.wanted) present.holder = holder;
      return std::nullopt;
    }
    if (!holder.wanted) return std::nullopt;
    return clash_of(holder,
                    fmt::format("'{}' would be both {} and {} in the inventory", word, told(present),
                                told({what, holder})),
                    "Rename one of them; for Ansible '-' and '.' are '_'.");
  }

  std::optional<Clash> name_is_a_word(const Holder& name, const Meaning& meaning) const {
    const auto& claim = *name.claim;
    return clash_of(name.wanted ? name : meaning.holder,
                    fmt::format("'{}' would be both {} and {} in the inventory", claim.name,
                                with_origin("a VM", claim), told(meaning)),
                    "Give the VM or the group another name.");
  }

  Clash clash_of(const Holder& at_fault, std::string message, std::string hint) const {
    return {static_cast<std::size_t>(at_fault.claim - wanted_.data()), std::move(message), std::move(hint)};
  }

  const std::vector<NameClaim>& wanted_;
  const std::vector<NameClaim>& existing_;
  std::map<std::string, Holder> names_;
  std::map<std::string, Meaning> words_;
};

}  // namespace

NameClaim claim_of(const DescribedVm& vm, std::string origin) {
  return {vm.name, vm.group, vm.type, vm.template_name, std::move(origin)};
}

std::optional<Clash> find_clash(const std::vector<NameClaim>& wanted,
                                const std::vector<NameClaim>& existing) {
  return ClashSearch(wanted, existing).run();
}

void check_no_clash(const std::vector<NameClaim>& wanted, const std::vector<NameClaim>& existing) {
  if (auto clash = find_clash(wanted, existing))
    throw Error(ErrorKind::conflict, clash->message, clash->hint);
}

}  // namespace nocloud
