#include "nocloud/ops/guest/kernel_panic.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

/// What is found is one line without control characters, however the text comes.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  PanicSearch whole;
  whole.feed(text);
  PanicSearch in_two;
  in_two.feed(text.substr(0, size / 2));
  in_two.feed(text.substr(size / 2));
  fuzz::require(whole.found() == in_two.found());
  fuzz::require(whole.is_over() == in_two.is_over());
  if (whole.found()) fuzz::require(!whole.found()->words.empty());
  if (whole.found()) fuzz::require(printable(whole.found()->words) == whole.found()->words);
  return 0;
}
