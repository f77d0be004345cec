#include "support/golden.hpp"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"

namespace nocloud::test {
namespace {

bool is_accepting() {
  const char* accept = std::getenv("NOCLOUD_ACCEPT");
  return accept != nullptr && std::string_view(accept) == "1";
}

}  // namespace

void expect_golden(std::string_view file, std::string_view text) {
  const auto path = std::filesystem::path(NOCLOUD_TEST_DATA) / "golden" / file;
  if (is_accepting()) {
    write_file(path, text, 0644);
    GTEST_SKIP() << "wrote " << path;
  }
  constexpr std::size_t largest = std::size_t{1} << 20U;
  const auto expected = read_file_if_present(path, largest);
  ASSERT_TRUE(expected) << path << " is missing: NOCLOUD_ACCEPT=1 writes it";
  EXPECT_EQ(*expected, text) << "as " << path << " has it; NOCLOUD_ACCEPT=1 accepts what is new";
}

}  // namespace nocloud::test
