#pragma once

#include <string_view>

namespace nocloud::test {

/// Expects the text to be what the golden file (below tests/golden) has. With NOCLOUD_ACCEPT=1 the file is
/// rewritten and the test skipped: then read the diff.
void expect_golden(std::string_view file, std::string_view text);

}  // namespace nocloud::test
