#include "terraform_shim/provider/documentation.hpp"

#include <algorithm>
#include <cctype>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

class Documentation : public testing::TestWithParam<const char*>, protected Stage {};

/// The pages that are kept are what the provider says of itself.
TEST_P(Documentation, IsWhatTheSchemaSays) {
  expect_golden(std::string("../../docs/terraform/") + GetParam(),
                terraform::documentation_pages(provider).at(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Pages, Documentation,
                         testing::Values("index.md", "resources/vm.md", "resources/group.md",
                                         "resources/template.md", "resources/network.md",
                                         "data-sources/vm.md", "data-sources/group.md",
                                         "data-sources/template.md"),
                         [](const auto& page) {
                           std::string name = page.param;
                           std::ranges::replace_if(
                               name, [](unsigned char letter) { return std::isalnum(letter) == 0; }, '_');
                           return name;
                         });

class Declarations : public testing::Test, protected Stage {
 protected:
  static void check(const std::vector<terraform::Attribute>& attributes) {
    for (const auto& attribute : attributes) {
      EXPECT_THAT(attribute.description, testing::EndsWith(".")) << attribute.name;
      EXPECT_TRUE(attribute.default_value.is_null() ||
                  attribute.source == terraform::Attribute::Source::either)
          << attribute.name;
      check(attribute.fields);
    }
  }
};

TEST_F(Declarations, AreWhole) {
  check(provider.schema().attributes);
  for (const auto& [type, kind] : provider.resources()) check(kind->schema().attributes);
  for (const auto& [type, kind] : provider.data_sources()) check(kind->schema().attributes);
  EXPECT_EQ(terraform::documentation_pages(provider).size(), 8U) << "each page is compared above";
}

}  // namespace
}  // namespace nocloud::test
