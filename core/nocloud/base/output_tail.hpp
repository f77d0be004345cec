#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nocloud {

/// The end of what a guest writes, however much that is.
class OutputTail {
 public:
  void add(std::string_view text) {
    text_ += text;
    if (text_.size() > most) text_.erase(0, text_.size() - most);
  }
  const std::string& text() const { return text_; }

 private:
  static constexpr std::size_t most = 2048;
  std::string text_;
};

}  // namespace nocloud
