#include "nocloud/ops/guest/console_words.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

/// What is shown is one line without control characters, however the text comes.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  ConsoleWords whole;
  whole.feed(text);
  ConsoleWords in_two;
  in_two.feed(text.substr(0, size / 2));
  in_two.feed(text.substr(size / 2));
  fuzz::require(whole.last() == in_two.last());
  fuzz::require(printable(whole.last()) == whole.last());
  return 0;
}
