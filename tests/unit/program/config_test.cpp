#include "nocloud/program/config.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "support/refusal.hpp"
#include "support/surroundings.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Source = OptionSpec::Source;

class Config : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"NOCLOUD_CONNECT", "NOCLOUD_NETWORK", "NOCLOUD_TIMEOUT", "NOCLOUD_VIRT_TYPE"}) {
      surroundings.set(name, std::nullopt);
    }
  }

  static ToolSpec tool(ToolSpec::Words words = ToolSpec::Words::anywhere) {
    return {.name = "tool",
            .summary = "",
            .synopses = {},
            .options = {{.name = "name", .letter = 'n', .value = "NAME", .help = ""},
                        {.name = "delete", .letter = 'd', .help = ""},
                        {.name = "network", .value = "NETWORK", .help = "", .source = Source::setting},
                        {.name = "virt-type", .value = "TYPE", .help = "", .source = Source::setting}},
            .words = words};
  }
  Invocation read(const std::vector<std::string>& arguments, const ToolSpec& spec = tool()) const {
    return read_invocation(spec, arguments, {{.path = first}, {.path = second}});
  }
  Error refusal(const std::vector<std::string>& arguments, const ToolSpec& spec = tool()) const {
    try {
      read(arguments, spec);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was refused";
    return {ErrorKind::failed, ""};
  }

  Surroundings surroundings;
  TemporaryFolder folder;
  const std::filesystem::path first = folder.path() / "first.conf";
  const std::filesystem::path second = folder.path() / "second.conf";
};

TEST_F(Config, ReadsLettersNamesAndWords) {
  const auto invocation = read({"-n", "web00", "one", "-d", "--network=user", "two"});
  EXPECT_EQ(invocation.value("name"), "web00");
  EXPECT_TRUE(invocation.has("delete"));
  EXPECT_EQ(invocation.value("network"), "user");
  EXPECT_THAT(invocation.words(), ElementsAre("one", "two"));
  EXPECT_FALSE(invocation.has("virt-type"));
}

TEST_F(Config, FlagsThenEnvironmentThenFile) {
  write_file(first, "network=bridge=br0\n", 0600);
  EXPECT_EQ(read({}).value("network"), "bridge=br0");
  surroundings.set("NOCLOUD_NETWORK", "nat");
  EXPECT_EQ(read({}).value("network"), "nat");
  EXPECT_EQ(read({"--network", "user"}).value("network"), "user");
}

TEST_F(Config, AnErrorNamesThePlaceOfTheValue) {
  const auto place = [&](const Invocation& invocation) {
    const auto refuse = [](std::string_view) -> int { throw Error(ErrorKind::invalid_input, "it is none"); };
    return refusal_of([&] { invocation.parsed("network", refuse); }).message();
  };
  write_file(first, "network=x\n", 0600);
  EXPECT_EQ(place(read({})), cited(first.string()) + ": network: it is none");
  surroundings.set("NOCLOUD_NETWORK", "x");
  EXPECT_EQ(place(read({})), "$NOCLOUD_NETWORK: it is none");
  EXPECT_EQ(place(read({"--network", "x"})), "--network: it is none");
}

TEST_F(Config, TheEnvironmentSpellsHyphensAsUnderscores) {
  surroundings.set("NOCLOUD_VIRT_TYPE", "qemu");
  EXPECT_EQ(read({}).value("virt-type"), "qemu");
}

TEST_F(Config, AnEmptyVariableIsNone) {
  surroundings.set("NOCLOUD_NETWORK", "");
  EXPECT_FALSE(read({}).has("network"));
}

TEST_F(Config, OnlySettingsComeFromTheEnvironment) {
  surroundings.set("NOCLOUD_NAME", "web00");
  surroundings.set("NOCLOUD_DELETE", "1");
  EXPECT_FALSE(read({}).has("name"));
  EXPECT_FALSE(read({}).has("delete"));
}

TEST_F(Config, OnlySettingsComeFromTheFile) {
  // `owner` is a setting of vminventory; where it selects what is removed, it is not.
  auto spec = tool();
  spec.options.push_back({.name = "owner", .value = "USER", .help = ""});
  write_file(first, "owner=any\n", 0600);
  EXPECT_FALSE(read({}, spec).has("owner"));
  spec.options.back().source = Source::setting;
  EXPECT_EQ(read({}, spec).value("owner"), "any");
}

TEST_F(Config, TheFirstFileToNameASettingDecides) {
  write_file(second, "network=nat\n", 0600);
  EXPECT_EQ(read({}).value("network"), "nat");
  write_file(first, "# a comment\n\nvirt-type = qemu\n", 0600);
  EXPECT_EQ(read({}).value("network"), "nat") << "a file before the user's own must not hide it";
  EXPECT_EQ(read({}).value("virt-type"), "qemu");
  write_file(first, "network=user\n", 0600);
  EXPECT_EQ(read({}).value("network"), "user");
}

TEST_F(Config, AToolPassesOverWhatIsAnothers) {
  write_file(first, "timeout=5\nnetwork=nat\n", 0600);
  EXPECT_FALSE(read({}).has("timeout"));
  EXPECT_EQ(read({}).value("network"), "nat");
}

TEST_F(Config, AnUnknownKeyIsRefusedAndNamesTheFile) {
  write_file(first, "colour=red\n", 0600);
  const auto error = refusal({});
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("first.conf"));
  EXPECT_THAT(error.message(), HasSubstr("colour"));
  EXPECT_THAT(error.hint(), HasSubstr("virt-type"));
}

TEST_F(Config, ABrokenFileIsRefused) {
  for (const auto* text : {"network\n", "=nat\n", "[section\n", "delete=1\n"}) {
    write_file(first, text, 0600);
    EXPECT_EQ(refusal({}).kind(), ErrorKind::invalid_input) << text;
  }
}

TEST_F(Config, HelpIsToBeHadBesideABrokenFile) {
  write_file(first, "colour=red\n", 0600);
  EXPECT_TRUE(read({"--help"}).has("help"));
  EXPECT_TRUE(read({"--version"}).has("version"));
}

TEST_F(Config, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal({"--nosuch"}).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal({"-x"}).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal({"--nam", "web00"}).kind(), ErrorKind::usage) << "names are not guessed";
  EXPECT_EQ(refusal({"-n"}).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal({"-d=1"}).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal({"-n", "a", "-n", "b"}).kind(), ErrorKind::usage);
  EXPECT_THAT(refusal({"-n", "a", "--name", "b"}).message(), HasSubstr("--name is given twice"));
  EXPECT_EQ(refusal({"word"}, tool(ToolSpec::Words::none)).kind(), ErrorKind::usage);
}

TEST_F(Config, AnUnknownOptionCannotPaintTheTerminal) {
  EXPECT_THAT(refusal({"--\x1b[2J"}).message(), testing::Not(HasSubstr("\x1b")));
}

struct CommandCase {
  std::vector<std::string> arguments;
  std::vector<std::string> command;
};

TEST_F(Config, OptionsEndWhereACommandBegins) {
  const std::vector<CommandCase> cases{
      {{"-n", "web00", "ls", "-la"}, {"ls", "-la"}},
      {{"--name", "web00", "ls", "--help"}, {"ls", "--help"}},
      {{"--name=web00", "ls", "-n", "x"}, {"ls", "-n", "x"}},
      {{"-nweb00", "-d", "sh", "-c", "a; b"}, {"sh", "-c", "a; b"}},
      {{"-dn", "web00", "id"}, {"id"}},
      {{"-n", "web00", "--", "-la"}, {"-la"}},
      {{"-n", "web00", "echo", "--", "x"}, {"echo", "--", "x"}},
      {{"-n", "web00", "-", "x"}, {"-", "x"}},
      {{"-n", "web00"}, {}},
  };
  for (const auto& [arguments, command] : cases) {
    const auto invocation = read(arguments, tool(ToolSpec::Words::command));
    EXPECT_EQ(invocation.words(), command);
    EXPECT_EQ(invocation.value("name"), "web00");
  }
}

std::vector<std::filesystem::path> paths(const ToolSpec& spec, const std::filesystem::path& home) {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : config_files(spec, {.home = home})) paths.push_back(file.path);
  return paths;
}

TEST_F(Config, FilesAreTheFoldersTheUsersAndTheHosts) {
  surroundings.set("XDG_CONFIG_HOME", std::nullopt);
  EXPECT_THAT(paths(tool(), "/home/eva"),
              ElementsAre(".nocloud.conf", "/home/eva/.config/nocloud/nocloud.conf", "/etc/nocloud.conf"));
  surroundings.set("XDG_CONFIG_HOME", "/conf");
  EXPECT_EQ(paths(tool(), "/home/eva").at(1), "/conf/nocloud/nocloud.conf");
  surroundings.set("XDG_CONFIG_HOME", "relative");
  EXPECT_EQ(paths(tool(), "/home/eva").at(1), "/home/eva/.config/nocloud/nocloud.conf");
}

TEST_F(Config, TheFoldersFileIsNotTrusted) {
  const auto files = config_files(tool(), {.home = "/home/eva"});
  ASSERT_TRUE(std::ranges::any_of(files, [](const auto& file) { return file.path == ".nocloud.conf"; }));
  for (const auto& file : files) {
    const bool here = file.path == ".nocloud.conf";
    EXPECT_EQ(file.source == ConfigFile::Source::current_folder, here) << file.path;
  }
}

TEST_F(Config, CompletionReadsNoFileOfTheFolder) {
  auto completing = tool();
  completing.local_config = ToolSpec::LocalConfig::ignored;
  EXPECT_THAT(paths(completing, "/home/eva"),
              ElementsAre("/home/eva/.config/nocloud/nocloud.conf", "/etc/nocloud.conf"));
}

}  // namespace
}  // namespace nocloud::test
