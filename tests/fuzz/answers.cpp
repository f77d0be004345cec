#include "nocloud/model/answers.hpp"

#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] {
    const auto answers = Answers::parse(std::string(text));
    fuzz::require(answers.text() == text);
    fuzz::require(!command_line_for(answers.kind()).empty());
  });
  return 0;
}
