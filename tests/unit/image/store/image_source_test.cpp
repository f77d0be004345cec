#include "nocloud/image/store/image_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "nocloud/image/catalogue/recipes.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::refusal_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string good_disk = "qemu-img create -q -f qcow2 $1/disk.qcow2 10M\n";
const std::string good_facts = R"(echo '{"user": "debian", "init": "cloud-init"}' >$1/template.json)"
                               "\n";
const std::string good_kernel =
    "{ head -c 514 /dev/zero; echo HdrS; } >$1/vmlinuz\n"
    "echo initrd >$1/initrd\n"
    "echo ' root=/dev/vda ro ' >$1/cmdline\n";

class ImageSource : public testing::Test {
 protected:
  void recipe(const std::string& name, const std::string& script, mode_t mode = 0755) const {
    const auto folder = data.path() / "recipes" / name;
    make_folder(folder, 0755);
    write_file(folder / "build", "#!/bin/sh\nset -e\n" + script, mode);
  }
  Error refusal(std::string_view name) const {
    return refusal_of([&] { build_image(name, data.path()); });
  }
  const TemporaryFolder data;
};

TEST_F(ImageSource, lists_what_can_be_built) {
  EXPECT_THAT(recipes(data.path()), IsEmpty());
  recipe("debian12", "");
  recipe("alpine", "");
  recipe("not-executable", "", 0644);
  recipe("Odd Name", "");
  fs::create_directory(data.path() / "recipes/empty");
  write_file(data.path() / "recipes/file", "", 0755);
  EXPECT_THAT(recipes(data.path()), ElementsAre("alpine", "debian12"));
}

TEST_F(ImageSource, builds_a_verified_image) {
  recipe("debian12", good_disk + good_facts + good_kernel);
  fs::path disk;
  {
    const auto built = build_image("debian12", data.path());
    disk = built.image.disk.path;
    EXPECT_TRUE(fs::exists(disk));
    EXPECT_TRUE(is_image_volume(built.image.disk.volume));
    ASSERT_TRUE(built.image.kernel);
    EXPECT_TRUE(fs::exists(built.image.kernel->kernel.path));
    EXPECT_EQ(built.image.kernel->command_line, "root=/dev/vda ro");
    EXPECT_EQ(built.user.str(), "debian");
    EXPECT_EQ(built.init, GuestInit::cloud_init);
  }
  EXPECT_FALSE(fs::exists(disk)) << "the build's folder goes with the image";
}

TEST_F(ImageSource, is_told_what_else_is_wanted) {
  const auto told = data.path() / "told";
  recipe("debian12", "printf '%s\\n' \"$@\" >" + told.string() + "\n" + good_disk + good_facts);
  const auto words = [&](const BuildChoices& choices) {
    build_image("debian12", data.path(), choices);
    const auto text = read_file(told, 10'000);
    return text.substr(text.find('\n') + 1);
  };
  EXPECT_EQ(words({}), "");
  const auto script = data.path() / "a script";
  write_file(script, "true", 0600);
  EXPECT_THAT(words({.packages = parse_packages("vim,g++"), .size = DiskSize::of_gib(10), .script = script}),
              testing::StartsWith("--package\nvim,g++\n--size\n10\n--script\n/"));
}

TEST_F(ImageSource, runs_a_script_as_it_was_when_it_was_read) {
  const auto script = data.path() / "script";
  const auto told = data.path() / "told";
  write_file(script, "harmless", 0600);
  recipe("debian12", good_disk + good_facts + "printf evil >" + script.string() + "\ncat \"$3\" >" +
                         told.string() + "\n");
  build_image("debian12", data.path(), {.script = script});
  EXPECT_EQ(read_file(told, 100), "harmless");
}

TEST_F(ImageSource, leaves_nothing_of_a_builds_temporary_files) {
  const auto told = data.path() / "told";
  recipe("debian12", good_disk + good_facts + "mktemp -d >" + told.string() + "\n");
  build_image("debian12", data.path());
  const auto folder = read_file(told, 1000);
  EXPECT_FALSE(fs::exists(folder.substr(0, folder.size() - 1)));
}

TEST_F(ImageSource, lets_everybody_read_what_has_no_script_in_it) {
  recipe("debian12", good_disk + good_facts + good_kernel);
  const auto script = data.path() / "script";
  write_file(script, "true", 0600);
  using Access = NewVolume::Access;
  const std::pair<BuildChoices, Access> cases[] = {{{}, Access::everybody_reads},
                                                   {{.script = script}, Access::owner_only}};
  for (const auto& [choices, access] : cases) {
    const auto image = build_image("debian12", data.path(), choices).image;
    EXPECT_EQ(image.disk.access, access);
    EXPECT_EQ(image.kernel.value().kernel.access, access);
    EXPECT_EQ(image.kernel.value().initrd.access, access);
  }
}

TEST_F(ImageSource, looks_at_a_script_before_it_runs_anything) {
  recipe("debian12", "touch " + (data.path() / "ran").string());
  write_file(data.path() / "empty", "", 0600);
  const std::pair<std::string, ErrorKind> wrong[] = {{"missing", ErrorKind::not_found},
                                                     {"recipes", ErrorKind::invalid_input},
                                                     {"empty", ErrorKind::invalid_input}};
  for (const auto& [name, kind] : wrong) {
    const auto script = data.path() / name;
    const auto error = refusal_of([&] { build_image("debian12", data.path(), {.script = script}); });
    EXPECT_EQ(error.kind(), kind) << name;
    EXPECT_THAT(error.message(), HasSubstr(name));
  }
  EXPECT_FALSE(fs::exists(data.path() / "ran"));
}

TEST_F(ImageSource, needs_no_kernel) {
  recipe("own-boot", good_disk + R"(echo '{"user": "root", "init": "none"}' >$1/template.json)");
  const auto built = build_image("own-boot", data.path());
  EXPECT_FALSE(built.image.kernel);
  EXPECT_EQ(built.init, GuestInit::none);
}

TEST_F(ImageSource, names_what_there_is_for_what_there_is_not) {
  EXPECT_EQ(refusal("debian12").kind(), ErrorKind::not_found);
  recipe("debian12", "");
  for (const auto* name :
       {"debian13", "", "..", "../recipes/debian12", "debian12/../debian12", "debian12\n"}) {
    EXPECT_EQ(refusal(name).kind(), ErrorKind::not_found) << name;
    EXPECT_THAT(refusal(name).hint(), HasSubstr("debian12"));
  }
}

struct BadRecipe {
  std::string what;
  std::string script;
  std::string message;
};

const BadRecipe bad_recipes[] = {
    {"a build that fails", "exit 3", "ended with status 3"},
    {"no facts", good_disk, "template.json"},
    {"facts that are no JSON", good_disk + "echo nonsense >$1/template.json", "\"user\""},
    {"facts without a user", good_disk + R"(echo '{"init": "none"}' >$1/template.json)", "\"user\""},
    {"a user that is a number", good_disk + R"(echo '{"user": 7, "init": "none"}' >$1/template.json)",
     "\"user\""},
    {"a user that is none", good_disk + R"(echo '{"user": "a b", "init": "none"}' >$1/template.json)",
     "'a b'"},
    {"an unknown init", good_disk + R"(echo '{"user": "a", "init": "x"}' >$1/template.json)", "'x'"},
    {"no disk", good_facts, "disk.qcow2"},
    {"a disk that is broken", good_facts + "printf 'QFI\\373' >$1/disk.qcow2", "cut short"},
    {"a raw disk", good_facts + "head -c 1M /dev/zero >$1/disk.qcow2", "raw disk"},
    {"a command line without a kernel", good_disk + good_facts + "echo ro >$1/cmdline", "vmlinuz"},
};

TEST_F(ImageSource, says_what_is_wrong_with_a_recipe) {
  for (const auto& [what, script, message] : bad_recipes) {
    recipe("bad", script);
    const auto error = refusal("bad");
    EXPECT_EQ(error.kind(), ErrorKind::failed) << what;
    EXPECT_THAT(error.message(), HasSubstr("building 'bad': ")) << what;
    EXPECT_THAT(error.message(), HasSubstr(message)) << what;
  }
}

TEST_F(ImageSource, can_be_interrupted) {
  recipe("slow", "sleep 60");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(refusal_of([&] { build_image("slow", data.path(), {}, stop.get_token()); }).kind(),
            ErrorKind::interrupted);
}

}  // namespace
}  // namespace nocloud
