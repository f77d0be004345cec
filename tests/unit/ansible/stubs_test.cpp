#include <gtest/gtest.h>

#include "ansible_collection/src/documentation.hpp"
#include "ansible_collection/src/module.hpp"
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

}  // namespace
}  // namespace nocloud::ansible
