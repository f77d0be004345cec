#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

class TemplateContract : public Contract {};
INSTANTIATE_TEST_SUITE_P(Port, TemplateContract, every_kind, name_of_kind);

TEST_P(TemplateContract, GivesBackWhatWasDefined) {
  auto definition = template_of("a.1");
  definition.init = GuestInit::none;
  definition.host_key = "ssh-ed25519 AAAA";
  definition.boot =
      DirectBoot{.kernel = volume_name("kernel"), .initrd = volume_name("initrd"), .command_line = "a='<'"};
  definition.disk = DiskSize::of_gib(20);
  definition.incoming = {volume_name("next.qcow2"), volume_name("next.kernel")};
  definition.unconfirmed = "0123abcd";
  host().define_template(definition);
  definition.uuid = host().find_template(definition.name).value().uuid;
  EXPECT_FALSE(definition.uuid.empty());
  EXPECT_EQ(host().find_template(definition.name), definition);
}

TEST_P(TemplateContract, ListsItsOwnSorted) {
  for (const auto* stem : {"c", "a", "b"}) host().define_template(template_of(stem));
  world().add_foreign_domain(world().prefix() + "d.template");
  host().define_vm(definition_of("v"));
  std::vector<std::string> ours;
  for (const auto& found : host().templates()) {
    if (found.name.str().starts_with(world().prefix())) ours.push_back(found.name.str());
  }
  EXPECT_EQ(ours,
            (std::vector{template_name("a").str(), template_name("b").str(), template_name("c").str()}));
}

TEST_P(TemplateContract, ClaimsANameOnce) {
  host().define_template(template_of("a"));
  EXPECT_EQ(error_of([&] { host().define_template(template_of("a")); }), ErrorKind::conflict);
}

TEST_P(TemplateContract, ReplacesTheRecord) {
  auto definition = template_of("a");
  EXPECT_EQ(error_of([&] { host().redefine_template(definition); }), ErrorKind::not_found);
  definition.incoming = {volume_name("newer.qcow2")};
  host().define_template(definition);
  definition.incoming.clear();
  definition.uuid = host().find_template(definition.name).value().uuid;
  definition.base = volume_name("newer.qcow2");
  definition.memory = Memory::of_mib(64);
  definition.complete = true;
  host().redefine_template(definition);
  EXPECT_EQ(host().find_template(definition.name), definition);
}

TEST_P(TemplateContract, Forgets) {
  EXPECT_FALSE(host().undefine_template(template_name("a")));
  host().define_template(template_of("a"));
  EXPECT_TRUE(host().undefine_template(template_name("a")));
  EXPECT_EQ(host().find_template(template_name("a")), std::nullopt);
}

TEST_P(TemplateContract, LeavesOthersDomainsAlone) {
  world().add_foreign_domain(world().prefix() + "a.template");
  EXPECT_EQ(host().find_template(template_name("a")), std::nullopt);
  EXPECT_EQ(error_of([&] { host().define_template(template_of("a")); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { host().redefine_template(template_of("a")); }), ErrorKind::not_found);
  EXPECT_FALSE(host().undefine_template(template_name("a")));
}

TEST_P(TemplateContract, IsNoVm) {
  host().define_template(template_of("a"));
  EXPECT_EQ(host().find_vm(vm_name("a")), std::nullopt);
  host().define_vm(definition_of("a"));
  EXPECT_TRUE(host().undefine_vm(vm_name("a")));
  EXPECT_TRUE(host().find_template(template_name("a")));
}

}  // namespace
}  // namespace nocloud::test
