#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::fuzz {

/// Ends the program, which is how a fuzz target tells what must not be.
inline void require(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs a parser on foreign text. An Error is a fine answer, as long as its words are fit for a terminal;
/// anything else that is thrown is not.
template <class Parser>
void try_parser(const Parser& parser) {
  try {
    parser();
  } catch (const Error& error) {
    require(!error.message().empty());
    require(printable(error.message(), Newlines::keep) == error.message());
    require(printable(error.hint(), Newlines::keep) == error.hint());
  }
}

}  // namespace nocloud::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
