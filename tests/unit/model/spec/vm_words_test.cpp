#include "nocloud/model/spec/vm_words.hpp"

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

TEST(VmWords, are_names_as_typed) {
  for (const auto* word : {"web", "web1", "db-1", "node1", "rhel9", "j0", "k8s", "web01", "web001", "1a",
                           "vnode", "vnode-4", "myvnode4", "vnode4a"}) {
    EXPECT_EQ(vm_of_word(word, default_stem).str(), word);
    EXPECT_EQ(read_vm_words(request({word})).vms.at(0).name.str(), word);
  }
}

TEST(VmWords, that_are_numbers_follow_the_stem) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"3", "vnode03"},      {"0", "vnode00"},      {"007", "vnode07"},      {"100", "vnode100"},
      {"vnode4", "vnode04"}, {"vnode0", "vnode00"}, {"vnode004", "vnode04"}, {"vnode18", "vnode18"},
  };
  for (const auto& [word, name] : cases) EXPECT_EQ(vm_of_word(word, default_stem).str(), name) << word;
}

TEST(VmWords, that_are_numbers_take_the_stem_asked_for) {
  auto with_stem = request({"3", "node-4", "web3", "vnode5"});
  with_stem.stem = "node-";
  EXPECT_THAT(told(read_vm_words(with_stem)),
              ElementsAre("node-03 from f39 in group/default", "node-04 from f39 in group/default",
                          "web3 from f39 in group/default", "vnode5 from f39 in group/default"));
}

TEST(VmWords, give_every_vm_the_shape_asked_for) {
  auto shaped = request({"1", "2"});
  shaped.shape = {.memory = Memory::of_mib(64), .disks = {DiskSize::of_gib(5)}};
  const auto vms = read_vm_words(shaped).vms;
  ASSERT_EQ(vms.size(), 2U);
  for (const auto& vm : vms) EXPECT_EQ(vm.shape, shaped.shape);
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

TEST(Stem, IsWhatAVmsNameMayBeginWith) {
  EXPECT_EQ(stem_from("node"), "node");
  EXPECT_EQ(stem_from("n-"), "n-");
  for (const auto* none : {"a b", "-n", "n.x", "n/"}) {
    EXPECT_EQ(refusal_of([&] { stem_from(none); }).kind(), ErrorKind::invalid_input) << none;
  }
}

}  // namespace
}  // namespace nocloud
