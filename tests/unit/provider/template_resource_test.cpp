#include "terraform_shim/provider/resources/template_resource.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/ssh/keys/host_key.hpp"
#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::has_errors;
using terraform::unknown;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string template_type = "nocloud_template";

class TemplateResource : public testing::Test, protected Stage {
 protected:
  std::string problems(const Value& given) {
    return errors_of(provider.validate_resource(template_type, config(template_type, given)));
  }
};

TEST_F(TemplateResource, WhatSomethingElseMadeIsAConflict) {
  const Value given{{"name", "debian12"}, {"build", "debian12"}};
  const auto planned = plan(template_type, nullptr, given);
  EXPECT_THAT(errors_of(planned.diagnostics), HasSubstr("there is a template 'debian12' already"));
  EXPECT_TRUE(has_errors(provider.apply(template_type, nullptr, planned.planned).diagnostics));
}

TEST_F(TemplateResource, WhatAKilledApplyLeftIsTakenOver) {
  auto& source = *world.domain("debian12.template").source;
  source.unconfirmed = std::string(32, 'a');
  const auto state = applied(template_type, nullptr, {{"name", "debian12"}, {"build", "debian12"}});
  EXPECT_EQ(state["image"], base_image().str()) << "it is not built again";
  EXPECT_EQ(state["user"], "debian");
  EXPECT_EQ(state["memory"], 1024);
  EXPECT_EQ(state["uuid"], "template");
}

TEST_F(TemplateResource, OnlyTheOneInTheStateIsRemoved) {
  const auto state = provider.import(template_type, "debian12");
  world.domain("debian12.template").uuid = "another";
  EXPECT_TRUE(provider.read(template_type, state).state.is_null());
  EXPECT_TRUE(provider.apply(template_type, state, nullptr).state.is_null());
  EXPECT_TRUE(world.domains.contains("debian12.template"));
  auto planned = state;
  planned["memory"] = 512;
  EXPECT_THAT(errors_of(provider.apply(template_type, state, planned).diagnostics),
              HasSubstr("removed by another run"));
}

TEST_F(TemplateResource, ADownloadIsMadeWithWhatTheProviderHas) {
  write_file(home.path() / "nocloud-fetch",
             "#!/bin/sh\ncat >/dev/null; qemu-img create -q -f qcow2 \"$1\" 10M\n", 0700);
  me.can_download({.program = home.path() / "nocloud-fetch", .folder = home.path() / "downloads"});
  const auto state = applied(template_type, nullptr,
                             {{"name", "fetched"}, {"import", "https://example.org/a"}, {"insecure", true}});
  EXPECT_NE(state["image"], nullptr);
  next_command();
  EXPECT_EQ(world.domain("fetched.template").source->unconfirmed, "");
}

TEST_F(TemplateResource, AnotherSourceMeansAnotherImageInPlace) {
  const auto state = provider.import(template_type, "debian12");
  for (const auto& given :
       {Value{{"name", "debian12"}, {"build", "debian13"}},
        Value{{"name", "debian12"}, {"import", "disk.qcow2"}, {"source_hash", unknown()}}}) {
    const auto planned = plan(template_type, state, given);
    EXPECT_THAT(planned.replaced, IsEmpty());
    EXPECT_EQ(planned.planned["image"], unknown());
  }
}

TEST_F(TemplateResource, DriftIsSeen) {
  const auto state = provider.import(template_type, "debian12");
  world.domain("debian12.template").source->complete = false;
  const auto broken = provider.read(template_type, state).state;
  EXPECT_TRUE(broken["image"].is_null());
  EXPECT_EQ(plan(template_type, broken, {{"name", "debian12"}, {"build", "debian12"}}).planned["image"],
            unknown());
  world.domain("debian12.template").source->owner = bob;
  EXPECT_TRUE(provider.read(template_type, state).state.is_null());
}

TEST_F(TemplateResource, OneWhoseImageIsGoneIsRepairedInPlace) {
  const auto disk = home.path() / "disk.qcow2";
  output_of({"qemu-img", "create", "-q", "-f", "qcow2", disk.string(), "10M"});
  const Value given{{"name", "imported"}, {"import", disk.string()}};
  const auto state = applied(template_type, nullptr, given);
  next_command();
  world.volumes.erase(world.domain("imported.template").source->base);
  const auto seen = provider.read(template_type, state);
  EXPECT_TRUE(seen.state["image"].is_null());
  EXPECT_EQ(seen.state["uuid"], state["uuid"]);
  EXPECT_THAT(summaries_of(seen.diagnostics), HasSubstr("template 'imported' is broken"));
  const auto planned = plan(template_type, seen.state, given);
  EXPECT_THAT(planned.replaced, IsEmpty());
  EXPECT_EQ(planned.planned["image"], unknown());
  EXPECT_EQ(applied(template_type, state, given), state);
  EXPECT_TRUE(world.volumes.contains(world.domain("imported.template").source->base));
}

TEST_F(TemplateResource, AVmOfOneWhoseImageIsGoneIsRefusedUnlessThePlanRepairsIt) {
  const auto state = provider.import(template_type, "debian12");
  world.volumes.erase(base_image());
  const Value vm{{"name", "web00"}, {"template", "debian12"}};
  const Value group{{"name", "pftest"}, {"description", "debian12:1:sql:name=db\n"}};
  EXPECT_THAT(errors_of(plan("nocloud_vm", nullptr, vm).diagnostics), HasSubstr("'debian12' is broken"));
  EXPECT_THAT(errors_of(plan("nocloud_group", nullptr, group).diagnostics),
              HasSubstr("'debian12' is broken"));
  plan(template_type, provider.read(template_type, state).state,
       {{"name", "debian12"}, {"build", "debian12"}});
  EXPECT_EQ(errors_of(plan_beside("nocloud_vm", nullptr, vm).diagnostics), "");
  EXPECT_EQ(errors_of(plan_beside("nocloud_group", nullptr, group).diagnostics), "");
}

TEST_F(TemplateResource, OneInUseIsNotDestroyed) {
  const auto state = provider.import(template_type, "debian12");
  instantiate_all(me.context(), request_for(webs(1)));
  const auto kept = provider.apply(template_type, state, nullptr);
  EXPECT_THAT(errors_of(kept.diagnostics), HasSubstr("in use by web00"));
  EXPECT_EQ(kept.state, state);
  remove_everything(me.context());
  for (int times = 0; times < 2; ++times) {
    const auto done = provider.apply(template_type, state, nullptr);
    EXPECT_THAT(done.diagnostics, IsEmpty());
    EXPECT_TRUE(done.state.is_null());
  }
}

TEST_F(TemplateResource, AnImageThatIsNoneLeavesNothing) {
  for (const auto& file : {home.path() / "nothing", home.path()}) {
    const auto done = apply(template_type, nullptr, {{"name", "a"}, {"import", file.string()}});
    EXPECT_TRUE(has_errors(done.diagnostics));
    EXPECT_TRUE(done.state.is_null());
  }
  EXPECT_FALSE(world.domains.contains("a.template"));
}

TEST_F(TemplateResource, ADownloadThatAKilledApplyLeftIsTakenOver) {
  world.domain("debian12.template").source->unconfirmed = std::string(32, 'a');
  const auto checksum = "sha256:" + std::string(64, 'a');
  const Value given{{"name", "debian12"}, {"import", "https://example.org/a"}, {"checksum", checksum}};
  EXPECT_THAT(errors_of(apply(template_type, nullptr, given).diagnostics),
              HasSubstr("exists already, made otherwise"));
  killed();
  auto& source = *world.domain("debian12.template").source;
  source.origin = ImageOrigin{.url = "https://example.org/a", .checksum = Checksum::parse(checksum)};
  const auto state = applied(template_type, nullptr, given);
  EXPECT_EQ(state["image"], base_image().str());
  auto changed = given;
  changed["checksum"] = "sha256:" + std::string(64, 'b');
  EXPECT_EQ(plan(template_type, state, changed).planned["image"], unknown());
}

TEST_F(TemplateResource, ADownloadNeedsItsChecksum) {
  EXPECT_THAT(problems({{"name", "a"}, {"import", "https://e/a"}}), HasSubstr("needs its checksum"));
  EXPECT_EQ(problems({{"name", "a"}, {"import", "https://e/a"}, {"checksum", unknown()}}), "");
  EXPECT_EQ(problems({{"name", "a"}, {"import", "https://e/a"}, {"insecure", true}}), "");
  EXPECT_THAT(problems({{"name", "a"}, {"import", "ftp://e/a"}, {"insecure", true}}),
              HasSubstr("cannot be downloaded"));
  EXPECT_THAT(problems({{"name", "a"}, {"import", "https://e/a"}, {"checksum", "md5:1"}}),
              HasSubstr("is no checksum"));
}

TEST_F(TemplateResource, ChecksTheHostKeyInThePlan) {
  const auto host_key = ssh_key_from_seed(sha256("a host"), "").public_key;
  const Value alone{{"name", "a"}, {"import", "x"}, {"init", "none"}};
  EXPECT_THAT(problems(alone), HasSubstr("needs host_key"));
  auto with_key = alone;
  with_key["host_key"] = "nonsense";
  EXPECT_THAT(problems(with_key), HasSubstr("host_key: 'nonsense' is not a public SSH host key"));
  with_key["host_key"] = host_key;
  EXPECT_EQ(problems(with_key), "");
  with_key["host_key"] = unknown();
  EXPECT_EQ(problems(with_key), "");
}

TEST_F(TemplateResource, RefusesWhatDoesNotGoTogether) {
  EXPECT_THAT(problems({{"name", "a"}}), HasSubstr("either import or build"));
  EXPECT_THAT(problems({{"name", "a"}, {"import", "x"}, {"build", "y"}}),
              HasSubstr("either import or build"));
  EXPECT_THAT(problems({{"name", "a"}, {"import", "x"}, {"kernel", "y"}}), HasSubstr("kernel and initrd"));
  EXPECT_THAT(problems({{"name", "a"}, {"import", "x"}, {"cmdline", "y"}}), HasSubstr("cmdline"));
  EXPECT_THAT(problems({{"name", "a"}, {"import", "x"}, {"host_key", "y"}}), HasSubstr("host_key"));
  EXPECT_THAT(problems({{"name", "a"}, {"build", "x"}, {"user", "y"}}), HasSubstr("a recipe has its own"));
  EXPECT_THAT(problems({{"name", "A"}, {"import", "x"}}), HasSubstr("name: 'A'"));
  EXPECT_EQ(problems({{"name", unknown()}, {"import", unknown()}}), "");
}

TEST_F(TemplateResource, WhatIsNotThereIsNotImported) {
  EXPECT_EQ(refusal_of([&] { provider.import(template_type, "nosuch"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(refusal_of([&] { provider.import(template_type, "No Such"); }).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud::test
