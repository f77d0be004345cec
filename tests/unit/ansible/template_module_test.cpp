#include "ansible_collection/src/template_module.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/process/process.hpp"
#include "unit/ansible/stage.hpp"

namespace nocloud::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class TemplateModule : public testing::Test, protected Stage {
 protected:
  static ansible::Module module() { return {ansible::template_spec(), ansible::run_template}; }
  ansible::ModuleResult foretold(const json& arguments) { return run_foretold(module(), arguments); }
  Error refusal(const json& arguments) {
    return refusal_of([&] { run(module(), arguments); });
  }
};

TEST_F(TemplateModule, OneThatIsThereIsNotBuiltAgain) {
  EXPECT_FALSE(foretold({{"name", "debian12"}, {"build", "debian12"}}).changed);
  EXPECT_TRUE(check(module(), {{"name", "debian13"}, {"build", "debian13"}}).changed);
}

TEST_F(TemplateModule, Removes) {
  EXPECT_TRUE(foretold({{"name", "debian12"}, {"state", "absent"}}).changed);
  EXPECT_FALSE(foretold({{"name", "debian12"}, {"state", "absent"}}).changed);
}

TEST_F(TemplateModule, OneInUseStaysInACheckToo) {
  instantiate_all(me.context(), request_for(webs(1)));
  const json absent{{"name", "debian12"}, {"state", "absent"}};
  EXPECT_THAT(refusal(absent).message(), HasSubstr("in use by web00"));
  EXPECT_EQ(refusal_of([&] { check(module(), absent); }).message(), refusal(absent).message());
}

TEST_F(TemplateModule, RefusesAnImageThatIsNone) {
  const auto file = home.path() / "image";
  EXPECT_EQ(refusal({{"name", "a"}, {"import", file.string()}}).kind(), ErrorKind::not_found);
  EXPECT_EQ(refusal({{"name", "a"}, {"import", home.path().string()}}).kind(), ErrorKind::invalid_input);
}

TEST_F(TemplateModule, ADownloadIsForetoldByItsChecksum) {
  const std::string url = "https://example.org/disk.qcow2";
  const auto checksum = "sha256:" + std::string(64, 'a');
  auto& source = *world.domain("debian12.template").source;
  source.origin = ImageOrigin{.url = url, .checksum = Checksum::parse(checksum)};
  const json same{{"name", "debian12"}, {"import", url}, {"checksum", checksum}};
  EXPECT_FALSE(foretold(same).changed);
  EXPECT_TRUE(check(module(), {{"name", "debian13"}, {"import", url}, {"checksum", checksum}}).changed);
  EXPECT_TRUE(check(module(), {{"name", "debian12"}, {"import", url}, {"insecure", true}}).changed);
  source.origin->checksum.reset();
  EXPECT_FALSE(foretold({{"name", "debian12"}, {"import", url}, {"insecure", true}}).changed);
  EXPECT_TRUE(check(module(), same).changed);
}

TEST_F(TemplateModule, ADownloadTakesNocloudOnTheTarget) {
  const json wanted{{"name", "a"}, {"import", "https://example.org/a"}, {"insecure", true}};
  EXPECT_THAT(refusal(wanted).message(), HasSubstr("no nocloud-fetch on this machine"));
  EXPECT_FALSE(world.domains.contains("a.template"));
}

TEST_F(TemplateModule, RefusesADownloadThatNothingVouchesFor) {
  const json bare{{"name", "a"}, {"import", "https://example.org/a"}};
  EXPECT_THAT(refusal(bare).message(), HasSubstr("needs a checksum"));
  EXPECT_THAT(refusal({{"name", "a"}, {"import", "https://e/a"}, {"checksum", "md5:1"}}).message(),
              HasSubstr("is no checksum"));
  EXPECT_THAT(refusal({{"name", "a"}, {"import", "ftp://e/a"}, {"insecure", true}}).message(),
              HasSubstr("cannot be downloaded"));
}

TEST_F(TemplateModule, OneOfAVmIsMadeOnce) {
  instantiate_all(me.context(), request_for(webs(1)));
  const json wanted{{"name", "web"}, {"from_vm", "web00"}};
  EXPECT_THAT(refusal(wanted).message(), HasSubstr("is up"));
  EXPECT_EQ(refusal_of([&] { check(module(), wanted); }).message(), refusal(wanted).message());
  world.domain("web00").state = VmState::stopped;
  EXPECT_TRUE(foretold(wanted).changed);
  EXPECT_EQ(world.volumes.at(world.domain("web.template").source->base).base, base_image());
  EXPECT_FALSE(foretold(wanted).changed);
}

TEST_F(TemplateModule, OneWhoseImageIsGoneIsRepaired) {
  const auto disk = home.path() / "disk.qcow2";
  output_of({"qemu-img", "create", "-q", "-f", "qcow2", disk.string(), "10M"});
  const json wanted{{"name", "imported"}, {"import", disk.string()}};
  EXPECT_TRUE(foretold(wanted).changed);
  EXPECT_FALSE(foretold(wanted).changed);
  world.volumes.erase(world.domain("imported.template").source->base);
  const auto repaired = foretold(wanted);
  EXPECT_TRUE(repaired.changed);
  EXPECT_EQ(repaired.diff->before, "state: present, without its image\n");
  EXPECT_TRUE(world.volumes.contains(world.domain("imported.template").source->base));
  EXPECT_FALSE(foretold(wanted).changed);
}

TEST_F(TemplateModule, OneWhoseImageIsGoneIsNotKept) {
  const json wanted{{"name", "debian12"}, {"build", "debian12"}};
  EXPECT_FALSE(check(module(), wanted).changed);
  world.volumes.erase(base_image());
  const auto foretold = check(module(), wanted);
  EXPECT_TRUE(foretold.changed);
  EXPECT_EQ(foretold.diff->before, "state: present, without its image\n");
}

TEST_F(TemplateModule, OneThatIsThereIsNotDownloadedAgain) {
  EXPECT_FALSE(foretold({{"name", "debian12"}, {"published", "nosuch"}}).changed);
  EXPECT_THAT(refusal({{"name", "a"}, {"published", "nosuch"}}).message(),
              HasSubstr("no published image 'nosuch'"));
}

TEST_F(TemplateModule, ChecksTheHostKeyBeforeTheImage) {
  const auto error =
      refusal({{"name", "a"}, {"import", "/nonexistent"}, {"init", "none"}, {"host_key", "nonsense"}});
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("host_key: 'nonsense' is not a public SSH host key"));
}

TEST_F(TemplateModule, RefusesWhatDoesNotGoTogether) {
  EXPECT_THAT(refusal({{"name", "a"}, {"build", "x"}, {"from_vm", "y"}}).message(),
              HasSubstr("mutually exclusive"));
  EXPECT_THAT(refusal({{"name", "a"}, {"build", "x"}, {"seal", true}}).message(),
              HasSubstr("go with from_vm"));
  EXPECT_THAT(refusal({{"name", "a"}, {"build", "x"}, {"mirror", "https://e"}}).message(),
              HasSubstr("goes with published"));
  EXPECT_THAT(
      refusal({{"name", "a"}}).message(),
      HasSubstr("state is present but any of the following are missing: import, build, published, from_vm"));
  EXPECT_THAT(
      refusal({{"name", "a"}, {"import", "https://e/a"}, {"checksum", "x"}, {"insecure", true}}).message(),
      HasSubstr("mutually exclusive: checksum|insecure"));
  EXPECT_THAT(refusal({{"name", "a"}, {"import", "x"}, {"kernel", "y"}}).message(),
              HasSubstr("required together: kernel, initrd"));
  EXPECT_THAT(refusal({{"name", "a"}, {"import", "x"}, {"init", "none"}}).message(), HasSubstr("host_key"));
  EXPECT_THAT(refusal({{"name", "a"}, {"import", "x"}, {"host_key", "k"}}).message(), HasSubstr("host_key"));
  EXPECT_THAT(refusal({{"name", "a"}, {"import", "x"}, {"cmdline", "k"}}).message(), HasSubstr("cmdline"));
}

}  // namespace
}  // namespace nocloud::test
