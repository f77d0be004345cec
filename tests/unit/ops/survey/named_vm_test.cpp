#include "nocloud/ops/survey/named_vm.hpp"

#include <gtest/gtest.h>

#include "nocloud/model/spec/vm_words.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

class NamedVm : public testing::Test, protected Scene {
 protected:
  static InstantiateRequest for_one(std::string_view name) {
    auto request = request_for(webs(1));
    request.vms.front().name = VmName::parse(name);
    return request;
  }
  std::string meant(std::string_view word, const OwnerFilter& owner = {}) {
    return vm_meant(me.context(), word, default_stem, owner).str();
  }
};

TEST_F(NamedVm, IsCalledAsTyped) {
  EXPECT_EQ(meant("web1"), "web1");
  EXPECT_EQ(meant("3"), "vnode03");
  EXPECT_EQ(meant("vnode4"), "vnode04");
}

TEST_F(NamedVm, IsTheOneThatIsCalledSoWhereThereIsOne) {
  instantiate_all(me.context(), for_one("vnode4"));
  instantiate_all(me.context(), for_one("vnode04"));
  instantiate_all(me.context(), for_one("3"));
  EXPECT_EQ(meant("vnode4"), "vnode4");
  EXPECT_EQ(meant("vnode04"), "vnode04");
  EXPECT_EQ(meant("3"), "3");
}

TEST_F(NamedVm, IsNoOthersWhoseOwnerIsNotMeant) {
  auto bobs = another(bob);
  auto request = for_one("3");
  request.vms.front().group = GroupName::parse("bobs");
  instantiate_all(bobs.context(), request);
  EXPECT_EQ(meant("3"), "vnode03");
  EXPECT_EQ(meant("3", OwnerFilter::parse("any")), "3");
}

}  // namespace
}  // namespace nocloud::test
