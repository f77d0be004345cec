#include "nocloud/ops/survey/known_summaries.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/survey/roster.hpp"
#include "support/surroundings.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

/// A libvirt of this machine whose files are in a folder of the test's.
class KnownSummaries : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    surroundings_.set("XDG_CONFIG_HOME", home.path().string());
    world.place.uri = "qemu:///session";
    make_folder(domains(), 0700);
    instantiate_all(me.context(), request_for(webs(3)));
    settle(1h);
  }
  fs::path domains() const { return home.path() / "libvirt" / "qemu"; }
  /// Its files are those of the domains there are, and were changed so long ago.
  void settle(std::chrono::milliseconds ago) {
    fs::remove_all(domains());
    make_folder(domains(), 0700);
    for (const auto& [name, domain] : world.domains)
      write_file(domains() / (name + ".xml"), "<domain/>", 0600);
    fs::last_write_time(domains(), fs::file_time_type::clock::now() - ago);
  }
  /// What a process says that starts now; `reads_` is how often it asked for all records.
  std::vector<VmSummary> told() {
    auto process = another();
    auto vms = known_summaries(process.context());
    reads_ = process.hypervisor.count_of("vm_summaries");
    return vms;
  }
  std::vector<VmSummary> truth() { return another().hypervisor.vm_summaries(); }
  fs::path file() const {
    for (const auto& entry : fs::directory_iterator(me.context().runtime_folder)) return entry.path();
    return {};
  }

  Surroundings surroundings_;
  std::size_t reads_ = 0;
};

TEST_F(KnownSummaries, AreReadOnce) {
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 1U);
  world.domain("web01").state = VmState::stopped;
  world.domain("web02").state = VmState::crashed;
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 0U);
}

TEST_F(KnownSummaries, AreAllThatARecordHas) {
  auto& vm = *world.domain("web01").vm;
  vm.owner = {.user = "\"é'", .host = "木"};
  vm.type = TypeName::parse("Odd_1");
  vm.init = GuestInit::none;
  vm.host_key = "ssh-ed25519 AAAA \"'<";
  vm.complete = false;
  vm.nics = {
      {.network = NetworkChoice::parse("user"), .mac = MacAddress::parse("52:54:00:00:00:01"), .port = 20022},
      {.network = {.kind = NetworkKind::group, .name = "pftest"},
       .mac = MacAddress::parse("52:54:00:00:00:02"),
       .address = Ipv4Address::parse("10.120.0.7")},
      {.network = {.kind = NetworkKind::bridge, .name = "br0"},
       .mac = MacAddress::parse("52:54:00:00:00:04")}};
  world.domain("web02").vm->nics.clear();
  told();
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 0U);
}

TEST_F(KnownSummaries, AreReadAgainAfterAChange) {
  told();
  world.domain("web01").vm->type = TypeName::parse("changed");
  settle(30min);
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 1U);
  world.domains.erase("web00");
  settle(20min);
  EXPECT_EQ(told(), truth());
  EXPECT_THAT(told(), SizeIs(2));
}

TEST_F(KnownSummaries, AreReadWhileAnotherChangeCouldGoUnseen) {
  told();
  settle(0ms);
  told();
  EXPECT_EQ(reads_, 1U);
  settle(30min);
  told();
  EXPECT_EQ(reads_, 1U);
}

TEST_F(KnownSummaries, WhoIsThereTheHostSays) {
  told();
  // Other files than those of the libvirt that is asked would not change with it.
  world.domain("web01").uuid = "another";
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 1U);
  world.domains.erase("web00");
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 0U);
  auto renamed = world.domains.extract("web01");
  renamed.key() = "db00";
  renamed.mapped().vm->name = VmName::parse("db00");
  world.domains.insert(std::move(renamed));
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 1U);
}

TEST_F(KnownSummaries, AreNotThoseOfOthersDomains) {
  world.domains["others"] = {.uuid = "others"};
  settle(1h);
  EXPECT_THAT(told(), SizeIs(3));
  EXPECT_THAT(told(), SizeIs(3));
  EXPECT_EQ(reads_, 0U);
}

TEST_F(KnownSummaries, AreKeptOnlyOfThisMachinesLibvirt) {
  fs::remove(domains() / "web01.xml");
  fs::last_write_time(domains(), fs::file_time_type::clock::now() - 1h);
  told();
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 1U);
  settle(1h);
  world.place.uri = "qemu+ssh://elsewhere/session";
  told();
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(reads_, 1U);
}

TEST_F(KnownSummaries, AreBelievedOnlyAsTheyWereWritten) {
  told();
  const auto written = read_file(file(), 1U << 20U);
  const auto with = [&](const std::string& part, const std::string& other) {
    auto text = written;
    return text.replace(text.find(part), part.size(), other);
  };
  for (const auto& content :
       {std::string(), std::string("{}"), std::string(100'000, '['), written.substr(0, written.size() / 2),
        with("\"web00\"", "\"web00;id\""), with("\"pftest\"", "\"..\""), with("\"cloud-init\"", "\"x\""),
        with("\"owner\":[", "\"owner\":[1,"), with("\"mac\":\"", "\"mac\":\"x"),
        with("\"complete\":true", "\"complete\":1")}) {
    write_file(file(), content, 0600);
    EXPECT_EQ(told(), truth()) << content.substr(0, 200);
    EXPECT_EQ(reads_, 1U) << content.substr(0, 200);
    EXPECT_EQ(read_file(file(), 1U << 20U), written);
  }
}

TEST_F(KnownSummaries, DoWithoutAPlaceToWrite) {
  write_file(me.context().runtime_folder, "no folder", 0600);
  EXPECT_EQ(told(), truth());
  EXPECT_EQ(told(), truth());
}

TEST_F(KnownSummaries, GoWithTheVms) {
  told();
  roster(me.context());
  EXPECT_FALSE(file().empty());
  remove_everything(me.context());
  EXPECT_TRUE(file().empty());
}

TEST_F(KnownSummaries, AreNoneWhereNobodyIs) {
  told();
  world.domains.clear();
  settle(30min);
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace nocloud::test
