#include "nocloud/model/answers.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::array<std::string_view, 7> kickstart_words{"%packages",  "rootpw",  "autopart", "clearpart",
                                                          "bootloader", "liveimg", "zerombr"};

std::string_view first_word(std::string_view line) {
  line = trimmed(line);
  return line.substr(0, std::min(line.find_first_of(" \t"), line.size()));
}

std::optional<Answers::Kind> kind_of(std::string_view text) {
  const auto lines = split(text, '\n');
  const auto any = [&](const auto& is_wanted) { return std::ranges::any_of(lines, is_wanted); };
  if (trimmed(lines.front()) == "#cloud-config") {
    if (any([](std::string_view line) { return line.starts_with("autoinstall:"); })) {
      return Answers::Kind::autoinstall;
    }
    return std::nullopt;
  }
  if (any([](std::string_view line) { return first_word(line) == "d-i"; })) return Answers::Kind::preseed;
  const bool kickstart = any([](std::string_view line) {
    return std::ranges::find(kickstart_words, first_word(line)) != kickstart_words.end();
  });
  if (kickstart) return Answers::Kind::kickstart;
  return std::nullopt;
}

}  // namespace

Answers Answers::parse(std::string text) {
  const auto kind = is_utf8(text) && text.find('\0') == std::string::npos ? kind_of(text) : std::nullopt;
  if (kind) return {*kind, std::move(text)};
  throw Error(
      ErrorKind::invalid_input, "it is no preseed, kickstart or autoinstall file",
      "A preseed has lines 'd-i …', a kickstart commands such as rootpw and %packages; an autoinstall "
      "file begins with '#cloud-config' and has 'autoinstall:' at the start of a line.");
}

std::string_view file_for(Answers::Kind kind) {
  switch (kind) {
    case Answers::Kind::preseed:
      return "preseed.cfg";
    case Answers::Kind::kickstart:
      return "ks.cfg";
    case Answers::Kind::autoinstall:
      return "";
  }
  return "";
}

std::string_view command_line_for(Answers::Kind kind) {
  switch (kind) {
    case Answers::Kind::preseed:
      // What stands behind the dashes is also for the installed system.
      return "auto=true priority=critical preseed/file=/preseed.cfg DEBIAN_FRONTEND=text --- console=ttyS0";
    case Answers::Kind::kickstart:
      return "inst.ks=file:/ks.cfg inst.text console=ttyS0";
    case Answers::Kind::autoinstall:
      return "autoinstall ds=nocloud noprompt console=ttyS0";
  }
  return "";
}

}  // namespace nocloud
