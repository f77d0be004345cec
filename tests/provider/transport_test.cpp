#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/process/process.hpp"
#include "provider/stage.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Transport : public ProviderStage {
 protected:
  bool answers(Plugin::Tls tls) {
    Plugin plugin(NOCLOUD_PROVIDER, environment(), tls);
    return plugin.validate_provider(bytes(settings())).answered;
  }
  std::size_t sockets() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(runtime() / "nocloud")) {
      count += entry.path().extension() == ".socket" ? 1U : 0U;
    }
    return count;
  }
};

TEST_F(Transport, AnnouncesItself) {
  Plugin plugin(NOCLOUD_PROVIDER, environment());
  ASSERT_THAT(plugin.handshake(), SizeIs(6));
  EXPECT_EQ(plugin.handshake()[0] + plugin.handshake()[1] + plugin.handshake()[2], "16unix");
  EXPECT_THAT(plugin.handshake()[3], HasSubstr(runtime().string()));
  EXPECT_EQ(plugin.handshake()[4], "grpc");
  EXPECT_EQ(std::filesystem::status(runtime() / "nocloud").permissions(), std::filesystem::perms::owner_all);
}

TEST_F(Transport, SpeaksTlsBothWays) {
  EXPECT_TRUE(answers(Plugin::Tls::mutual));
}

TEST_F(Transport, SpeaksPlainlyWhereItIsToldTo) {
  Plugin plugin(NOCLOUD_PROVIDER, environment(), Plugin::Tls::none);
  EXPECT_EQ(plugin.handshake().at(5), "");
  EXPECT_TRUE(plugin.validate_provider(bytes(settings())).answered);
}

TEST_F(Transport, AnswersNobodyButWhoStartedIt) {
  EXPECT_FALSE(answers(Plugin::Tls::wrong_certificate));
  EXPECT_FALSE(answers(Plugin::Tls::no_certificate));
  EXPECT_FALSE(answers(Plugin::Tls::client_plain));
}

TEST_F(Transport, EndsWhenItIsAskedTo) {
  Plugin plugin(NOCLOUD_PROVIDER, environment());
  EXPECT_EQ(sockets(), 1U);
  EXPECT_EQ(plugin.shut_down(), 0);
  EXPECT_EQ(sockets(), 0U);
}

TEST_F(Transport, AnInterruptIsNotMeantForIt) {
  Plugin plugin(NOCLOUD_PROVIDER, environment());
  ::kill(plugin.pid(), SIGINT);
  EXPECT_TRUE(plugin.validate_provider(bytes(settings())).answered);
  EXPECT_EQ(plugin.shut_down(), 0);
}

TEST_F(Transport, WhatAKilledOneLeftGoesWithTheNext) {
  {
    Plugin killed(NOCLOUD_PROVIDER, environment());
    Plugin living(NOCLOUD_PROVIDER, environment());
    ::kill(killed.pid(), SIGKILL);
    EXPECT_TRUE(killed.wait());
    EXPECT_EQ(sockets(), 2U);
    Plugin next(NOCLOUD_PROVIDER, environment());
    EXPECT_EQ(sockets(), 2U) << "the living one's, and its own";
    EXPECT_TRUE(living.validate_provider(bytes(settings())).answered);
  }
}

TEST_F(Transport, EndsWithTheTerraformThatStartedIt) {
  // A shell that starts it and ends: what is left reads on until nobody holds the pipe any more.
  const auto done =
      run_process({"/bin/sh", "-c", std::string(NOCLOUD_PROVIDER) + " & sleep 1"},
                  {.limit = std::chrono::seconds(60),
                   .environment = {"TF_PLUGIN_MAGIC_COOKIE="
                                   "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
                                   "PLUGIN_PROTOCOL_VERSIONS=6", "XDG_RUNTIME_DIR=" + runtime().string()}});
  EXPECT_THAT(done.output, HasSubstr("1|6|unix|"));
  EXPECT_EQ(sockets(), 0U);
}

TEST_F(Transport, TellsAPersonWhatItIs) {
  for (const auto& words : {Arguments{}, Arguments{"--help"}, Arguments{"--document", "nothing.md"}}) {
    Arguments command{NOCLOUD_PROVIDER};
    command.insert(command.end(), words.begin(), words.end());
    const auto done = run_process(command, {.environment = {"TF_PLUGIN_MAGIC_COOKIE="}});
    EXPECT_EQ(done.exit_code, 2);
    EXPECT_THAT(done.output, IsEmpty());
    EXPECT_THAT(done.errors, HasSubstr("Terraform starts it"));
  }
  EXPECT_THAT(run_process({NOCLOUD_PROVIDER, "--document", "index.md"}, {}).output, HasSubstr("# nocloud"));
}

TEST_F(Transport, AFailureBeforeTheHandshakeIsALineOfTerraformsLog) {
  const auto done = run_process(
      {NOCLOUD_PROVIDER}, {.environment = {"TF_PLUGIN_MAGIC_COOKIE="
                                           "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
                                           "PLUGIN_PROTOCOL_VERSIONS=5"}});
  EXPECT_EQ(done.exit_code, 6);
  const auto line = Value::parse(done.errors);
  EXPECT_EQ(line["@level"], "error");
  EXPECT_THAT(line["@message"].get<std::string>(), HasSubstr("not in 6"));
}

}  // namespace
}  // namespace nocloud::test
