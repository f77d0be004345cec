#include "nocloud/ops/guest/console_words.hpp"

#include "nocloud/base/text.hpp"

namespace nocloud {

void ConsoleWords::feed(std::string_view piece) {
  // More than any terminal shows; what goes on beyond is no text.
  constexpr std::size_t longest_line = 1024;
  for (const char letter : piece) {
    switch (state_) {
      case State::text:
        if (letter == '\x1b') {
          state_ = State::escape;
        } else if (letter == '\n' || letter == '\r') {
          last_ = last();
          line_.clear();
        } else if (line_.size() < longest_line) {
          line_ += letter;
        }
        break;
      case State::escape:  // ECMA-48: "[" begins a sequence; with anything else, that was all
        state_ = letter == '[' ? State::sequence : State::text;
        break;
      case State::sequence:  // to its final byte
        if (letter >= '@' && letter <= '~') state_ = State::text;
        break;
    }
  }
}

std::string ConsoleWords::last() const {
  const auto words = trimmed(line_);
  return words.empty() ? last_ : printable(words);
}

}  // namespace nocloud
