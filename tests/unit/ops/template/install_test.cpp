#include "nocloud/ops/template/install.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto preseed = "d-i passwd/root-password password hush\n";

/// A disk that a system was written to.
const std::string& written_disk() {
  static const std::string content = [] {
    const TemporaryFolder folder;
    const auto raw = folder.path() / "raw";
    const auto disk = folder.path() / "disk.qcow2";
    write_file(raw, std::string(std::size_t{2} << 20U, 'x'), 0600);
    output_of({"qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.string(), disk.string()});
    return read_file(disk, std::size_t{16} << 20U);
  }();
  return content;
}

class Install : public testing::Test, protected Scene {
 protected:
  Install() {
    write_file(home.path() / "linux",
               "\x7f"
               "ELF kernel",
               0600);
    write_file(home.path() / "initrd.gz", "initrd", 0600);
  }

  InstallRequest request(const char* answers = preseed) const {
    return {.name = name_,
            .user = UserName::parse("debian"),
            .kernel = KernelChoice{.kernel = home.path() / "linux",
                                   .initrd = home.path() / "initrd.gz",
                                   .command_line = "quiet"},
            .answers = Answers::parse(answers),
            .virt_type = VirtType::qemu};
  }
  /// Has the guest, once it is being installed for a while, write its disk, and power off.
  void ends_after(Process& process, Clock::Duration period, const std::string& disk = written_disk()) {
    process.clock.after(period, [this, disk] {
      const auto found = world.domains.find(name_.str());
      if (found == world.domains.end()) return;
      world.volumes.at(overlay_of(name_)).content = disk;
      found->second.state = VmState::stopped;
    });
  }
  const Template& made() { return *world.domain("fresh.template").source; }
  void expect_installed() {
    EXPECT_TRUE(made().complete);
    EXPECT_EQ(world.volumes.at(made().base).content, written_disk());
    EXPECT_EQ(world.volumes.at(made().base).access, NewVolume::Access::owner_only);
    EXPECT_THAT(vm_names(world), IsEmpty());
    EXPECT_THAT(strays(world), IsEmpty());
  }

  const VmName name_ = VmName::parse("fresh");
};

TEST_F(Install, MakesATemplateOfWhatTheInstallerWrote) {
  ends_after(me, 10s);
  auto wanted = request();
  wanted.memory = Memory::of_mib(700);
  EXPECT_EQ(install(me.context(), wanted), TemplateChange::created);
  expect_installed();
  EXPECT_EQ(made().memory.mib(), 700U);
  EXPECT_EQ(made().cpus.count(), 2U);
  EXPECT_EQ(made().boot, std::nullopt) << "its VMs boot what was installed";
  EXPECT_EQ(install(me.context(), wanted), TemplateChange::none);
  EXPECT_EQ(me.hypervisor.count_of("define_vm"), 1U);
}

TEST_F(Install, AVmOfOursIsInstalledIn) {
  bool looked = false;
  me.clock.after(5s, [&] {
    looked = true;
    const auto& vm = *world.domain("fresh").vm;
    EXPECT_TRUE(vm.complete);
    EXPECT_EQ(vm.group, installing_group());
    EXPECT_THAT(vm.boot.value().command_line, StartsWith("quiet auto=true"));
    EXPECT_EQ(vm.user_data_sha256, hex(bytes_of(sha256(preseed)))) << "what anybody may read has no password";
    const auto& initrd = world.volumes.at(initrd_of(name_));
    EXPECT_THAT(initrd.content, StartsWith("initrd"));
    EXPECT_THAT(initrd.content, HasSubstr(preseed));
    EXPECT_EQ(initrd.access, NewVolume::Access::owner_only);
    EXPECT_EQ(world.volumes.at(overlay_of(name_)).capacity, DiskSize::of_gib(10).bytes());
  });
  ends_after(me, 10s);
  install(me.context(), request());
  EXPECT_TRUE(looked);
}

TEST_F(Install, AutoinstallIsToldByADisk) {
  me.clock.after(5s, [&] {
    EXPECT_THAT(world.volumes.at(seed_of(name_)).content, HasSubstr("autoinstall:"));
    EXPECT_EQ(world.volumes.at(initrd_of(name_)).content, "initrd");
  });
  ends_after(me, 10s);
  install(me.context(), request("#cloud-config\nautoinstall:\n  version: 1\n"));
  expect_installed();
}

TEST_F(Install, TriesWhetherKvmRunsTheInstaller) {
  world.boots_under = {VirtType::qemu};
  me.clock.after(5s, [&] { EXPECT_EQ(world.domain("fresh").vm->virt_type, VirtType::qemu); });
  ends_after(me, 10s);
  auto wanted = request();
  wanted.virt_type.reset();
  install(me.context(), wanted);
  EXPECT_EQ(me.hypervisor.count_of("trial_boot"), 1U);
  expect_installed();
}

TEST_F(Install, ADiskThatNothingWasWrittenToIsNoSystem) {
  ends_after(me, 10s, "");
  world.console_text = "Linux version 6.1\nno root file system\n";
  const auto error = refusal_of([&] { install(me.context(), request()); });
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.message(), HasSubstr("nothing is on the disk"));
  EXPECT_THAT(error.message(), HasSubstr("| no root file system"));
  EXPECT_FALSE(world.domains.contains("fresh.template"));
  ends_after(me, 10s);
  EXPECT_EQ(install(me.context(), request()), TemplateChange::created) << "the next run begins anew";
  expect_installed();
}

TEST_F(Install, ACrashIsNoEnd) {
  me.clock.after(5s, [&] { world.domain("fresh").state = VmState::crashed; });
  const auto error = refusal_of([&] { install(me.context(), request()); });
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.message(), HasSubstr("crashed"));
}

TEST_F(Install, OutOfTimeItIsKeptForALook) {
  auto wanted = request();
  wanted.timeout = 100s;
  const auto error = refusal_of([&] { install(me.context(), wanted); });
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  EXPECT_THAT(error.message(), HasSubstr("| Linux version 6.1"));
  EXPECT_THAT(error.hint(), HasSubstr("vmstop -d fresh"));
  EXPECT_EQ(world.domain("fresh").state, VmState::running);
  remove_everything(me.context());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Install, IsNotDoneAgainWhenOnlyTheTemplateFailed) {
  for (const auto* call : {"upload", "define_template"}) {
    auto failing = another();
    // The first uploads are the installer's own.
    failing.clock.after(5s, [&] {
      failing.hypervisor.fail_next(call, {ErrorKind::failed, "no space left"});
    });
    world.console_text = "";
    ends_after(failing, 10s);
    EXPECT_THAT(refusal_of([&] { install(failing.context(), request()); }).message(),
                HasSubstr("no space left"));
    EXPECT_EQ(install(me.context(), request()), TemplateChange::created);
    EXPECT_EQ(me.hypervisor.count_of("define_vm") + me.hypervisor.count_of("start_vm"), 0U);
    expect_installed();
    delete_template(me.context(), TemplateName::parse("fresh"));
  }
}

TEST_F(Install, ItCanBeRemovedMeanwhile) {
  me.clock.after(5s, [&] { remove_everything(another().context()); });
  const auto error = refusal_of([&] { install(me.context(), request()); });
  EXPECT_THAT(error.message(), HasSubstr("was removed by another run"));
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Install, InterruptedItGoesOnAndIsLookedAtAgain) {
  std::stop_source stop;
  auto context = me.context();
  context.stop = stop.get_token();
  me.clock.after(5s, [&] { stop.request_stop(); });
  EXPECT_EQ(refusal_of([&] { install(context, request()); }).kind(), ErrorKind::interrupted);
  EXPECT_EQ(world.domain("fresh").state, VmState::running);
  const auto other = refusal_of([&] { install(me.context(), request("d-i other/answer string x\n")); });
  EXPECT_EQ(other.kind(), ErrorKind::conflict);
  ends_after(me, 10s);
  EXPECT_EQ(install(me.context(), request()), TemplateChange::created);
  EXPECT_EQ(me.hypervisor.count_of("define_vm"), 1U);
  expect_installed();
}

TEST_F(Install, KilledAtAnyCallItIsCompletedByTheNextRun) {
  for (const auto moment : {FakeHypervisor::Moment::before_effect, FakeHypervisor::Moment::after_effect}) {
    for (std::size_t call = 1;; ++call) {
      ASSERT_LT(call, 300U) << "it does not end";
      SCOPED_TRACE(call);
      auto dying = another();
      dying.hypervisor.crash_at(call, moment);
      ends_after(dying, 1s);
      bool died = false;
      try {
        install(dying.context(), request());
      } catch (const Crashed&) {
        died = true;
      }
      auto next = another();
      ends_after(next, 1s);
      install(next.context(), request());
      expect_installed();
      delete_template(next.context(), TemplateName::parse("fresh"));
      if (!died) break;
    }
  }
}

TEST_F(Install, APersonIsToldWhereTheScreenIs) {
  const auto iso = home.path() / "installer.iso";
  write_file(iso, std::string(32'768, '\0') + "\1CD001" + std::string(2048, '\0'), 0600);
  auto wanted = request();
  wanted.kernel.reset();
  wanted.answers.reset();
  wanted.medium = iso;
  std::vector<InstallScreen> screens;
  wanted.on_screen = [&](const InstallScreen& screen) { screens.push_back(screen); };
  std::stop_source stop;
  auto context = me.context();
  context.stop = stop.get_token();
  me.clock.after(5s, [&] { stop.request_stop(); });
  EXPECT_EQ(refusal_of([&] { install(context, wanted); }).kind(), ErrorKind::interrupted);
  ASSERT_EQ(screens.size(), 1U);
  EXPECT_EQ(screens[0].password.size(), 8U);
  EXPECT_EQ(world.domain("fresh").screen_password, screens[0].password);
  EXPECT_EQ(world.volumes.at(medium_of(name_)).content.size(), 32'768U + 6 + 2048);
  world.domain("fresh").state = VmState::stopped;
  ends_after(me, 10s);
  EXPECT_EQ(install(me.context(), wanted), TemplateChange::created) << "it is started again";
  ASSERT_EQ(screens.size(), 2U);
  EXPECT_NE(screens[0].password, screens[1].password);
  EXPECT_EQ(me.hypervisor.count_of("define_vm"), 1U);
  expect_installed();
}

TEST_F(Install, AnOrdinaryUsersScreenIsASocket) {
  world.place.privileged = false;
  const auto iso = home.path() / "installer.iso";
  write_file(iso, std::string(32'768, '\0') + "\1CD001" + std::string(2048, '\0'), 0600);
  InstallRequest wanted{
      .name = name_, .user = UserName::parse("debian"), .medium = iso, .virt_type = VirtType::qemu};
  wanted.on_screen = [&](const InstallScreen& screen) {
    EXPECT_NE(screen.place.socket, "");
    EXPECT_EQ(screen.password, "");
  };
  ends_after(me, 10s);
  install(me.context(), wanted);
  expect_installed();
}

TEST_F(Install, TakesNobodysName) {
  auto bobs = another(bob);
  ends_after(bobs, 10s);
  install(bobs.context(), request());
  world.domain("fresh.template").source->complete = false;
  EXPECT_EQ(refusal_of([&] { install(me.context(), request()); }).kind(), ErrorKind::conflict);
  auto vm = request_for(webs(1));
  vm.start.reset();
  instantiate_all(me.context(), vm);
  auto wanted = request();
  wanted.name = VmName::parse("web00");
  EXPECT_EQ(refusal_of([&] { install(me.context(), wanted); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(vm_names(world), std::vector<std::string>{"web00"});
}

TEST_F(Install, LooksAtTheFilesFirst) {
  write_file(home.path() / "linux", "no kernel", 0600);
  EXPECT_EQ(refusal_of([&] { install(me.context(), request()); }).kind(), ErrorKind::invalid_input);
  auto wanted = request();
  wanted.kernel.reset();
  wanted.medium = home.path() / "initrd.gz";
  EXPECT_THAT(refusal_of([&] { install(me.context(), wanted); }).message(), EndsWith("is no ISO image"));
  wanted.medium = home.path() / "nosuch";
  EXPECT_EQ(refusal_of([&] { install(me.context(), wanted); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(me.hypervisor.count_of("define_vm"), 0U);
}

}  // namespace
}  // namespace nocloud::test
