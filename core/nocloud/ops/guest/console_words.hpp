#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// The last line with something in it, whole or not, of what a guest writes on its console, which comes in
/// pieces; control sequences of terminals are left out, and what else is no text is made visible.
class ConsoleWords {
 public:
  void feed(std::string_view piece);
  /// Empty before the first.
  std::string last() const;

 private:
  enum class State { text, escape, sequence };
  State state_ = State::text;
  std::string line_;
  std::string last_;
};

}  // namespace nocloud
