#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "nocloud/seed/seed.hpp"
#include "support/golden.hpp"
#include "unit/seed/example.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string all_of(const SeedTexts& texts) {
  return "==> meta-data\n" + texts.meta_data + "==> network-config\n" + texts.network_config +
         "==> user-data\n" + texts.user_data;
}

SeedTexts with_user_data(std::string_view user_data) {
  auto request = example_seed();
  request.user_data = user_data;
  return seed_texts(request);
}

TEST(SeedTexts, OfAGuestWithAFixedAddress) {
  expect_golden("seed/fixed_address", all_of(seed_texts(example_seed())));
}

TEST(SeedTexts, OfAGuestWithTheUsersConfig) {
  expect_golden("seed/user_config", with_user_data("#cloud-config\nhostname: mine\n").user_data);
}

TEST(SeedTexts, OfAGuestWithTheUsersMimeMessage) {
  expect_golden("seed/user_mime",
                with_user_data("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"x\"\n\n--x\n"
                               "Content-Type: text/x-shellscript\n\n#!/bin/sh\ntrue\n--x--\n")
                    .user_data);
}

TEST(SeedTexts, OfAGuestWithoutAnyNic) {
  auto request = example_seed();
  request.nics = {};
  EXPECT_EQ(seed_texts(request).network_config, "{\n  \"version\": 2,\n  \"ethernets\": {}\n}\n");
}

TEST(SeedTexts, LeaveOutWhatIsNotThere) {
  auto request = example_seed();
  request.nics.pop_back();
  request.nics[0].fixed = SeedNic::Fixed{.address = Ipv4Address::parse("10.0.0.9"), .prefix = 24};
  const auto nic = nlohmann::json::parse(seed_texts(request).network_config)["ethernets"]["nic0"];
  EXPECT_EQ(nic["addresses"], nlohmann::json::array({"10.0.0.9/24"}));
  EXPECT_FALSE(nic.contains("routes"));
  EXPECT_FALSE(nic.contains("nameservers"));
  EXPECT_FALSE(nic.contains("optional"));
}

TEST(SeedTexts, AreOneBootPartEvenForHostileKeys) {
  auto request = example_seed();
  request.authorized_keys = {"ssh-ed25519 AAAA \"]}\n--nocloud\n#cloud-config\nruncmd: [reboot] ü"};
  const auto texts = seed_texts(request);
  const auto start = texts.user_data.find("#cloud-config\n") + 14;
  const auto json =
      nlohmann::json::parse(texts.user_data.substr(start, texts.user_data.rfind("\n--") - start));
  EXPECT_EQ(json["users"][0]["ssh_authorized_keys"][0], request.authorized_keys[0]);
  EXPECT_EQ(texts.user_data.find_first_of("\xc3\xbc"), std::string::npos) << "it says that it is ASCII";
}

TEST(SeedTexts, HaveNoCharacterThatYamlReadsAsTwoHalves) {
  auto request = example_seed();
  request.authorized_keys = {"ssh-ed25519 AAAA \xf0\x9f\x98\x80 me"};
  EXPECT_THAT(seed_texts(request).user_data, HasSubstr("\"ssh-ed25519 AAAA ? me\""));
}

TEST(SeedTexts, HaveABoundaryThatTheUserCannotForge) {
  const auto boundary_of = [](const std::string& message) {
    const auto start = message.find('"') + 1;
    return message.substr(start, message.find('"', start) - start);
  };
  const auto first = with_user_data("MIME-Version: 1.0\n\n#cloud-config\n").user_data;
  const auto forged =
      with_user_data("MIME-Version: 1.0\n\n#cloud-config\n--" + boundary_of(first) + "--\n").user_data;
  EXPECT_NE(boundary_of(first), boundary_of(forged));
  EXPECT_THAT(forged, HasSubstr("--" + boundary_of(first) + "--\n"));
}

TEST(SeedTexts, AreTheSameForTheSameRequest) {
  EXPECT_EQ(all_of(with_user_data("#!/bin/sh\n")), all_of(with_user_data("#!/bin/sh\n")));
}

}  // namespace
}  // namespace nocloud::test
