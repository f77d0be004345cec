#include <gtest/gtest.h>

#include "ansible_collection/src/module/documentation.hpp"
#include "ansible_collection/src/modules.hpp"
#include "nocloud/base/file/file.hpp"
#include "support/golden.hpp"

namespace nocloud::ansible {
namespace {

/// The stubs that ansible-doc reads are kept beside the modules, and are what the modules say of themselves.
class Stub : public testing::TestWithParam<std::size_t> {};

TEST_P(Stub, IsWhatTheModuleSaysOfItself) {
  const auto spec = modules().at(GetParam()).spec;
  test::expect_golden("../../ansible_collection/plugins/modules/" + spec.name + ".py",
                      documentation_stub(spec));
}

INSTANTIATE_TEST_SUITE_P(All, Stub, testing::Range(std::size_t{0}, modules().size()),
                         [](const auto& index) { return modules().at(index.param).spec.name; });

/// The table in README is what the modules say of themselves, too.
TEST(Readme, HasTheTableOfModules) {
  std::vector<ModuleSpec> specs;
  for (const auto& module : modules()) specs.push_back(module.spec);
  constexpr const char* readme = "../../ansible_collection/README.md";
  auto text = read_file(std::filesystem::path(NOCLOUD_TEST_DATA) / "golden" / readme, std::size_t{1} << 20U);
  const auto begin = text.find("| module |");
  const auto end = text.find("\n\n", begin);
  ASSERT_NE(end, std::string::npos);
  test::expect_golden(readme, text.replace(begin, end + 1 - begin, modules_table(specs)));
}

}  // namespace
}  // namespace nocloud::ansible
