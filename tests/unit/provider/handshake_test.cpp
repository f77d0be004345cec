#include "terraform_shim/provider/wire/handshake.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud::terraform {
namespace {

constexpr auto cookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Handshake, APersonIsNotTerraform) {
  EXPECT_FALSE(read_invitation(environment({})));
  EXPECT_FALSE(
      read_invitation(environment({{"TF_PLUGIN_MAGIC_COOKIE", "x"}, {"PLUGIN_PROTOCOL_VERSIONS", "6"}})));
}

TEST(Handshake, TerraformSaysWhatItSpeaksAndWhoItIs) {
  const auto plain =
      read_invitation(environment({{"TF_PLUGIN_MAGIC_COOKIE", cookie}, {"PLUGIN_PROTOCOL_VERSIONS", "5,6"}}));
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->client_certificate);
  const auto secured = read_invitation(environment({{"TF_PLUGIN_MAGIC_COOKIE", cookie},
                                                    {"PLUGIN_PROTOCOL_VERSIONS", "6"},
                                                    {"PLUGIN_CLIENT_CERT", "PEM"}}));
  EXPECT_EQ(secured->client_certificate, "PEM");
}

TEST(Handshake, AnotherProtocolIsRefused) {
  for (const auto* versions : {"5", "", "66", "5,7"}) {
    const auto error = test::refusal_of([&] {
      read_invitation(
          environment({{"TF_PLUGIN_MAGIC_COOKIE", cookie}, {"PLUGIN_PROTOCOL_VERSIONS", versions}}));
    });
    EXPECT_EQ(error.kind(), ErrorKind::unavailable) << versions;
  }
}

TEST(Handshake, TheLineSaysWhereAndWho) {
  EXPECT_EQ(handshake_line("/run/x", ""), "1|6|unix|/run/x|grpc|");
  EXPECT_EQ(handshake_line("/run/x", "a"), "1|6|unix|/run/x|grpc|YQ");
  EXPECT_EQ(handshake_line("/run/x", "abc"), "1|6|unix|/run/x|grpc|YWJj");
}

}  // namespace
}  // namespace nocloud::terraform
