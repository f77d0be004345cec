#include "nocloud/model/spec/spec_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/model/identity.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::ElementsAre;
using testing::HasSubstr;

Description read(std::string_view text) {
  return read_spec(text, "pftest", GroupName::parse("pftest"));
}

std::vector<std::string> names(const Description& description) {
  std::vector<std::string> names;
  for (const auto& vm : description.vms) names.push_back(vm.name.str());
  return names;
}

TEST(Spec, describes_vms_line_by_line) {
  const auto described = read("debian8:2:web:mem=1024;cpu=4;dsk=5,5;name=web\n").vms;
  ASSERT_EQ(described.size(), 2U);
  const DescribedVm expected{.name = VmName::parse("web01"),
                             .group = GroupName::parse("pftest"),
                             .type = TypeName::parse("web"),
                             .template_name = TemplateName::parse("debian8"),
                             .shape = {.memory = Memory::of_mib(1024),
                                       .cpus = CpuCount::of(4),
                                       .disks = {DiskSize::of_gib(5), DiskSize::of_gib(5)}}};
  auto second = described[1];
  EXPECT_TRUE(second.template_place) << "so that an unknown template can be shown where it stands";
  second.template_place.reset();
  EXPECT_EQ(second, expected);
}

TEST(Spec, leaves_open_what_is_not_said) {
  EXPECT_EQ(read("debian8:1:web").vms.at(0).shape, VmShape{});
}

TEST(Spec, takes_options_in_any_order) {
  const auto vm = read("a:1:t:name=db;dsk=1;mem=2G").vms.at(0);
  EXPECT_EQ(vm.name.str(), "db00");
  EXPECT_EQ(vm.shape.memory, Memory::of_mib(2048));
  EXPECT_FALSE(vm.shape.cpus);
}

TEST(Spec, numbers_on_across_lines) {
  EXPECT_THAT(names(read("a:1:web:name=web\nb:2:sql:name=db\nc:2:web:name=web\n")),
              ElementsAre("web00", "db00", "db01", "web01", "web02"));
}

TEST(Spec, numbers_with_two_digits_at_least) {
  const auto all = names(read("a:101:web:name=web"));
  EXPECT_EQ(all.at(9), "web09");
  EXPECT_EQ(all.at(99), "web99");
  EXPECT_EQ(all.at(100), "web100");
}

TEST(Spec, names_the_unnamed_by_their_place) {
  const auto uuid = [](std::string_view type, unsigned ordinal) {
    return unnamed_vm(GroupName::parse("pftest"), TypeName::parse(type), TemplateName::parse("a"), ordinal)
        .str();
  };
  EXPECT_THAT(names(read("a:1:web\na:1:sql\na:1:web\n")),
              ElementsAre(uuid("web", 0), uuid("sql", 0), uuid("web", 1)));
}

TEST(Spec, has_comments_and_blank_lines) {
  EXPECT_THAT(names(read("# all of it\n\n  \t\n  # more\na:1:t:name=x # the first\n#a:1:t:name=y")),
              ElementsAre("x00"));
}

TEST(Spec, takes_blanks_around_its_parts) {
  EXPECT_THAT(names(read("\t a : 1 : t : name = x ; mem = 64 \n")), ElementsAre("x00"));
}

TEST(Spec, takes_the_line_ends_of_other_systems) {
  EXPECT_THAT(names(read("\xef\xbb\xbf# from Windows\r\na:1:t:name=x\r\n\r\na:1:t:name=x")),
              ElementsAre("x00", "x01"));
}

TEST(Spec, may_be_empty) {
  EXPECT_TRUE(read("").vms.empty());
  EXPECT_TRUE(read("\n\n# nothing yet").vms.empty());
}

TEST(Spec, of_the_largest_size_is_read) {
  EXPECT_EQ(read(std::string(largest_description - 1, '#') + "\n").vms.size(), 0U);
  EXPECT_EQ(refusal_of([] { read(std::string(largest_description + 1, '#')); }).kind(),
            ErrorKind::invalid_input);
}

TEST(Spec, of_the_largest_number_of_vms_is_read) {
  std::string text;
  for (std::size_t i = 0; i < most_described_vms / 1000; ++i) text += "a:1000:t:name=web\n";
  const auto all = names(read(text));
  EXPECT_EQ(all.size(), most_described_vms);
  EXPECT_EQ(all.back(), "web9999");
  const auto error = refusal_of([&] { read(text + "a:1:t\n"); });
  EXPECT_THAT(error.message(), HasSubstr("pftest:11:3: this makes 10001 VMs, 10000 are the most"));
}

class SpecFile : public testing::Test {
 protected:
  std::filesystem::path write(std::string_view name, std::string_view text) const {
    write_file(folder_.path() / name, text, 0600);
    return folder_.path() / name;
  }
  Error refusal(std::string_view name) const {
    return refusal_of([&] { read_spec_file(folder_.path() / name); });
  }
  const TemporaryFolder folder_;
};

TEST_F(SpecFile, gives_its_name_to_the_group) {
  EXPECT_EQ(read_spec_file(write("pftest", "a:1:t")).vms.at(0).group.str(), "pftest");
  EXPECT_EQ(read_spec_file(write("my-lab.txt", "a:1:t")).vms.at(0).group.str(), "my-lab");
}

TEST_F(SpecFile, with_a_name_that_gives_no_group_is_refused) {
  for (const auto* name : {"2nd", "a.b.c", ".hidden", "all", "with blank", "t\x1b[2J"}) {
    write(name, "a:1:t");
    const auto error = refusal(name);
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << name;
    EXPECT_THAT(error.message(), HasSubstr("gives no group")) << name;
    EXPECT_THAT(error.hint(), HasSubstr("rename the file")) << name;
  }
}

TEST_F(SpecFile, is_named_in_errors) {
  const auto path = write("pftest", "a:0:t");
  EXPECT_THAT(refusal("pftest").message(), HasSubstr(path.string() + ":1:3: 0 VMs"));
}

TEST_F(SpecFile, that_is_none_is_refused_with_the_remedy) {
  EXPECT_EQ(refusal("missing").kind(), ErrorKind::not_found);
  std::filesystem::create_directory(folder_.path() / "folder");
  ASSERT_EQ(::mkfifo((folder_.path() / "fifo").c_str(), 0600), 0);
  write("huge", std::string(largest_description + 1, '#'));
  for (const auto* name : {"missing", "folder", "fifo", "huge"}) {
    EXPECT_THAT(refusal(name).message(), HasSubstr(name));
    EXPECT_FALSE(refusal(name).hint().empty()) << name;
  }
  for (const auto* name : {"folder", "fifo", "huge"}) {
    EXPECT_EQ(refusal(name).kind(), ErrorKind::invalid_input) << name;
  }
}

}  // namespace
}  // namespace nocloud
