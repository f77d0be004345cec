#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace nocloud {

/// A name that obeys its rule; no other can exist. `Rule::check` throws Error{invalid_input} that cites the
/// text.
template <class Rule>
class Name {
 public:
  static Name parse(std::string_view text) {
    Rule::check(text);
    return Name(std::string(text));
  }

  const std::string& str() const noexcept { return text_; }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a rewritten `<` for a pointer.
  auto operator<=>(const Name&) const = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct VmNameRule {
  static void check(std::string_view text);
};
struct TemplateNameRule {
  static void check(std::string_view text);
};
struct GroupNameRule {
  static void check(std::string_view text);
};
struct TypeNameRule {
  static void check(std::string_view text);
};
struct NetworkNameRule {
  static void check(std::string_view text);
};
struct BridgeNameRule {
  static void check(std::string_view text);
};
struct UserNameRule {
  static void check(std::string_view text);
};
struct VolumeNameRule {
  static void check(std::string_view text);
};
struct SnapshotNameRule {
  static void check(std::string_view text);
};

/// An RFC 1123 label: 1 to 63 of `a-z 0-9 -`, no hyphen at either end, and none of the words that Ansible or
/// nocloud use as groups or hosts of their own: templates all ungrouped localhost.
using VmName = Name<VmNameRule>;
/// `[a-z0-9][a-z0-9.-]*`, at most 63.
using TemplateName = Name<TemplateNameRule>;
/// `[A-Za-z_][A-Za-z0-9_-]*`, at most 63, and none of these words either; but a group is called `templates`:
/// see template_vm().
using GroupName = Name<GroupNameRule>;
using TypeName = Name<TypeNameRule>;
/// A libvirt network: `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 50.
using NetworkName = Name<NetworkNameRule>;
/// A Linux network interface: 1 to 15 printable ASCII characters without `/`, blanks or colons, not `.` or
/// `..`.
using BridgeName = Name<BridgeNameRule>;
/// A login: `[a-z_][a-z0-9_-]*`, at most 32 (useradd's own rule).
using UserName = Name<UserNameRule>;
/// A volume of nocloud's storage pool, hence a file name: `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 200.
using VolumeName = Name<VolumeNameRule>;
/// `[A-Za-z_][A-Za-z0-9._-]*`, at most 63; QEMU takes a number for one of its own.
using SnapshotName = Name<SnapshotNameRule>;

/// The name as Ansible takes it in a group's name: `-` and `.` become `_`.
std::string ansible_group_word(std::string_view name);

}  // namespace nocloud

template <class Rule>
struct fmt::formatter<nocloud::Name<Rule>> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const nocloud::Name<Rule>& name, Context& context) const {
    return fmt::formatter<std::string_view>::format(name.str(), context);
  }
};
