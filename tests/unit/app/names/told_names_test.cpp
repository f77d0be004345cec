#include "nocloud/app/names/told_names.hpp"

#include <chrono>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "support/surroundings.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;

const std::vector<VmName> vms{VmName::parse("web00")};
const std::vector<TemplateName> sources{TemplateName::parse("debian12")};
const Names names{"db00", "web00"};

class ToldNamesTest : public testing::Test {
 protected:
  void SetUp() override {
    surroundings_.set("XDG_CONFIG_HOME", folder_.path().string());
    make_folder(domains(), 0700);
    for (const auto* domain : {"web00", "debian12.template"}) define(domain);
    be_changed(std::chrono::hours(1));
  }
  fs::path domains() const { return folder_.path() / "libvirt" / "qemu"; }
  fs::path runtime() const { return folder_.path() / "run"; }
  void define(const std::string& domain) const {
    write_file(domains() / (domain + ".xml"), "<domain/>", 0600);
  }
  /// So long ago.
  void be_changed(std::chrono::milliseconds ago) const {
    fs::last_write_time(domains(), fs::file_time_type::clock::now() - ago);
  }
  ToldNames told(const std::string& uri = "qemu:///session", const std::string& kind = "vms") const {
    return {runtime(), uri, kind};
  }
  void keep(const ToldNames& told) const { told.keep(names, told.settled_change(), vms, sources); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> files;
    if (!fs::is_directory(runtime())) return files;
    for (const auto& entry : fs::directory_iterator(runtime())) files.push_back(entry.path());
    return files;
  }

  Surroundings surroundings_;
  TemporaryFolder folder_;
};

TEST_F(ToldNamesTest, AreToldAgain) {
  EXPECT_EQ(told().recall(), std::nullopt);
  keep(told());
  EXPECT_EQ(told().recall(), names);
}

TEST_F(ToldNamesTest, HoldUntilADomainChanges) {
  keep(told());
  define("web01");
  EXPECT_EQ(told().recall(), std::nullopt);
  be_changed(std::chrono::minutes(5));
  keep(told());
  fs::remove(domains() / "web01.xml");
  EXPECT_EQ(told().recall(), std::nullopt);
  fs::remove_all(domains());
  EXPECT_EQ(told().recall(), std::nullopt);
}

TEST_F(ToldNamesTest, AreOfWhatTheHostSaidAfterItsLastChange) {
  const auto before = told().settled_change();
  be_changed(std::chrono::minutes(5));
  told().keep(names, before, vms, sources);
  EXPECT_EQ(told().recall(), std::nullopt);
}

TEST_F(ToldNamesTest, AreNotKeptWhereAnotherChangeCouldGoUnseen) {
  keep(told());
  be_changed(std::chrono::milliseconds(0));
  const auto at_once = told().settled_change();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  told().keep(names, at_once, vms, sources);  // what changed in the meantime could have the same time
  EXPECT_EQ(told().recall(), std::nullopt);
  EXPECT_TRUE(files().empty());
  be_changed(-std::chrono::hours(1));
  keep(told());
  EXPECT_EQ(told().recall(), std::nullopt);
}

TEST_F(ToldNamesTest, AreNotKeptOfAnotherMachinesLibvirt) {
  for (const auto* domain : {"web00.xml", "debian12.template.xml"}) {
    keep(told());
    fs::rename(domains() / domain, folder_.path() / domain);
    be_changed(std::chrono::hours(2));
    keep(told());
    EXPECT_EQ(told().recall(), std::nullopt);
    EXPECT_TRUE(files().empty());
    fs::rename(folder_.path() / domain, domains() / domain);
    be_changed(std::chrono::hours(1));
  }
  told().keep({}, told().settled_change(), {}, {});
  EXPECT_EQ(told().recall(), std::nullopt);
  keep(told("qemu+ssh://elsewhere/system"));
  EXPECT_TRUE(files().empty());
}

TEST_F(ToldNamesTest, AreOneQuestionsAnswer) {
  keep(told());
  EXPECT_EQ(told("qemu:///session", "groups").recall(), std::nullopt);
  EXPECT_EQ(told("qemu+ssh://elsewhere/session").recall(), std::nullopt);
}

TEST_F(ToldNamesTest, AreBelievedOnlyAsTheyWereWritten) {
  keep(told());
  const auto file = files().at(0);
  const auto written = read_file(file, 65536);
  const auto changed = written.substr(0, written.find("\"names\""));
  for (const auto& content : {std::string(), std::string("{}"), std::string("[1"), std::string(100'000, '['),
                              changed + "\"names\":1}", changed + "\"names\":[1]}",
                              changed + "\"names\":[\"a\\u001b[2J\"]}", changed + "\"names\":[\"a\\nb\"]}",
                              changed + "\"names\":[\"$(id)\"]}", changed + "\"names\":[\"web00\",\"`id`\"]}",
                              changed + "\"names\":[\"--delete\"]}", changed + "\"names\":[\"a b\"]}"}) {
    write_file(file, content, 0600);
    EXPECT_EQ(told().recall(), std::nullopt) << content.substr(0, 100);
  }
  keep(told());
  EXPECT_EQ(told().recall(), names);
}

TEST_F(ToldNamesTest, OfEachKindHaveItsGrammar) {
  const std::map<std::string, std::string> wrong{
      {"vms", "Web"}, {"groups", "1a"}, {"types", "a.b"}, {"templates", "A"}};
  const std::map<std::string, std::string> right{
      {"vms", "web00"}, {"groups", "A_b"}, {"types", "A-b"}, {"templates", "debian-12.1"}};
  for (const auto& [kind, name] : right) {
    const auto of_kind = told("qemu:///session", kind);
    of_kind.keep({name}, of_kind.settled_change(), vms, sources);
    EXPECT_EQ(of_kind.recall(), Names{name});
    of_kind.keep({wrong.at(kind)}, of_kind.settled_change(), vms, sources);
    EXPECT_EQ(of_kind.recall(), std::nullopt) << kind;
  }
}

TEST_F(ToldNamesTest, AreBelievedOnlyWhereNobodyElseCanWrite) {
  keep(told());
  const auto file = files().at(0);
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(told().recall(), std::nullopt);
  fs::permissions(file, fs::perms::others_write, fs::perm_options::remove);
  for (const auto& path : {runtime(), folder_.path()}) {
    fs::permissions(path, fs::perms::group_write, fs::perm_options::add);
    EXPECT_EQ(told().recall(), std::nullopt) << path;
    fs::permissions(path, fs::perms::group_write, fs::perm_options::remove);
  }
  EXPECT_EQ(told().recall(), names);
  fs::rename(file, folder_.path() / "elsewhere");
  fs::create_symlink(folder_.path() / "elsewhere", file);
  EXPECT_EQ(told().recall(), std::nullopt);
}

TEST_F(ToldNamesTest, DoWithoutAPlaceToWrite) {
  write_file(runtime(), "no folder", 0600);
  keep(told());
  EXPECT_EQ(told().recall(), std::nullopt);
}

}  // namespace
}  // namespace nocloud::test
