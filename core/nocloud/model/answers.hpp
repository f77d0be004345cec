#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nocloud {

/// A file that answers all questions of a distribution's installer.
class Answers {
 public:
  /// Whose installer it is for: Debian's, Fedora's and its kin's, Ubuntu's.
  enum class Kind { preseed, kickstart, autoinstall };

  /// Tells by the content which it is. Throws Error{invalid_input} if it is none of them.
  static Answers parse(std::string text);

  Kind kind() const noexcept { return kind_; }
  const std::string& text() const noexcept { return text_; }

 private:
  Answers(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  Kind kind_;
  std::string text_;
};

inline constexpr std::size_t largest_answers = std::size_t{1} << 20U;

/// Where an installer finds them in its initrd; empty if it takes them from a disk.
std::string_view file_for(Answers::Kind kind);
/// What its kernel is told, so that it uses them and talks on the serial console.
std::string_view command_line_for(Answers::Kind kind);

}  // namespace nocloud
