#include "nocloud/model/vm_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::ElementsAre;
using testing::HasSubstr;

VmWordsRequest request(std::vector<std::string> words) {
  return {.words = std::move(words),
          .group = GroupName::parse("group"),
          .type = TypeName::parse("default"),
          .template_name = TemplateName::parse("f39")};
}

std::vector<std::string> told(const Description& description) {
  std::vector<std::string> told;
  for (const auto& vm : description.vms) {
    told.push_back(fmt::format("{} from {} in {}/{}", vm.name, vm.template_name, vm.group, vm.type));
  }
  return told;
}

TEST(VmWords, name_vms_by_number_and_template) {
  EXPECT_THAT(told(read_vm_words(request({"3:f33", "vnode4", "vnode18:u18.04", "20:u20.04"}))),
              ElementsAre("vnode03 from f33 in group/default", "vnode04 from f39 in group/default",
                          "vnode18 from u18.04 in group/default", "vnode20 from u20.04 in group/default"));
}

TEST(VmWords, may_have_several_stems) {
  EXPECT_THAT(told(read_vm_words(request({"web", "db-1", "0", "007"}))),
              ElementsAre("web from f39 in group/default", "db-01 from f39 in group/default",
                          "vnode00 from f39 in group/default", "vnode07 from f39 in group/default"));
}

TEST(VmWords, that_are_numbers_take_the_stem_asked_for) {
  auto with_stem = request({"3", "web3"});
  with_stem.stem = "node-";
  EXPECT_EQ(read_vm_words(with_stem).vms.at(0).name.str(), "node-03");
  EXPECT_EQ(read_vm_words(with_stem).vms.at(1).name.str(), "web03");
}

TEST(VmWords, give_every_vm_the_shape_asked_for) {
  auto shaped = request({"1", "2"});
  shaped.shape = {.memory = Memory::of_mib(64), .disks = {DiskSize::of_gib(5)}};
  for (const auto& vm : read_vm_words(shaped).vms) EXPECT_EQ(vm.shape, shaped.shape);
}

TEST(VmWords, that_are_wrong_are_cited) {
  for (const auto* word : {"", ":", "3:", ":f33", "3:F33", "3:a:b", "Web", "web.1", "../x", "a b", "-1",
                           "web\n", "99999999999999999999999999999999999999999999999999999999999999"}) {
    const auto error = refusal_of([&] { read_vm_words(request({"1", word})); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << word;
    EXPECT_THAT(error.message(), HasSubstr("in '")) << word;
    EXPECT_FALSE(error.hint().empty()) << word;
  }
}

TEST(VmWords, with_a_stem_that_makes_no_name_are_refused) {
  auto bad_stem = request({"3"});
  bad_stem.stem = "Node";
  EXPECT_THAT(refusal_of([&] { read_vm_words(bad_stem); }).message(), HasSubstr("'Node03' is no VM name"));
}

TEST(VmWords, that_mean_one_vm_twice_clash) {
  const auto error = refusal_of([] { read_vm_words(request({"3", "vnode03"})); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_EQ(error.message(), "VM name 'vnode03' comes twice: '3' and 'vnode03'");
}

TEST(VmWords, beyond_the_limit_are_refused) {
  EXPECT_EQ(read_vm_words(request(std::vector<std::string>{})).vms.size(), 0U);
  const auto error =
      refusal_of([] { read_vm_words(request(std::vector<std::string>(most_described_vms + 1, "1"))); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud
