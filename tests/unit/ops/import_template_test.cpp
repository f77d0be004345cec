#include <cstdlib>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/template/template_source.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

/// Where a server's file stands in this folder, and a script in the place of nocloud-fetch.
class ImportTemplate : public testing::Test {
 protected:
  ImportTemplate() {
    serve("10M");
    const auto program = home_.path() / "nocloud-fetch";
    write_file(program,
               "#!/bin/sh\ncat >/dev/null; echo once >>" + (home_.path() / "fetched").string() + "; cp " +
                   served_.string() + " \"$1\"\n",
               0700);
    context_.downloads = {.program = program, .folder = home_.path() / "downloads"};
  }
  /// From here on the server has a disk of this size.
  void serve(const std::string& size) const {
    output_of({"qemu-img", "create", "-q", "-f", "qcow2", served_.string(), size});
  }
  Checksum served_checksum() const {
    return {.hex = hex(bytes_of(sha256(read_file(served_, std::size_t{16} << 20U))))};
  }
  ImportSource checked() const { return {.disk = url_, .checksum = served_checksum()}; }
  ImportSource unchecked(IfPresent if_present = IfPresent::keep) const {
    return {.disk = url_, .unchecked = ImportSource::Unchecked::take, .if_present = if_present};
  }
  TemplateChange import(const ImportSource& source) const {
    return import_template(context_, request_, source);
  }
  TemplateChange foretold(const ImportSource& source) const {
    auto dry = request_;
    dry.effect = MakeTemplateRequest::Effect::dry_run;
    return import_template(context_, dry, source);
  }
  std::size_t downloads() const {
    const auto told = read_file_if_present(home_.path() / "fetched", 10'000);
    return told ? static_cast<std::size_t>(std::count(told->begin(), told->end(), '\n')) : 0;
  }
  const Template& made() { return *world_.domain("debian13.template").source; }

  TemporaryFolder home_;
  fs::path served_ = home_.path() / "served.qcow2";
  FakeWorld world_;
  Process me_{world_, home_.path()};
  Context context_ = me_.context();
  DownloadUrl url_ = DownloadUrl::parse("https://eva:hush@example.org/disk.qcow2?hush");
  MakeTemplateRequest request_{.name = TemplateName::parse("debian13"), .user = UserName::parse("debian")};
};

TEST_F(ImportTemplate, DownloadsOnce) {
  EXPECT_EQ(foretold(checked()), TemplateChange::created);
  EXPECT_EQ(downloads(), 0U) << "a dry run downloads nothing";
  EXPECT_EQ(import(checked()), TemplateChange::created);
  EXPECT_EQ(foretold(checked()), TemplateChange::none);
  EXPECT_EQ(import(checked()), TemplateChange::none);
  EXPECT_EQ(downloads(), 1U);
  EXPECT_TRUE(made().complete);
  EXPECT_EQ(made().origin.value().url, "https://example.org/disk.qcow2");
  EXPECT_EQ(made().origin.value().checksum, served_checksum());
  EXPECT_TRUE(fs::is_empty(home_.path() / "downloads"));
}

TEST_F(ImportTemplate, AnotherChecksumIsAnotherImage) {
  import(checked());
  const auto before = made().base;
  serve("20M");
  EXPECT_EQ(foretold(checked()), TemplateChange::updated);
  EXPECT_EQ(import(checked()), TemplateChange::updated);
  EXPECT_NE(made().base, before);
}

TEST_F(ImportTemplate, OtherSettingsAreTaken) {
  import(checked());
  request_.memory = Memory::of_mib(2048);
  EXPECT_EQ(foretold(checked()), TemplateChange::updated);
  EXPECT_EQ(import(checked()), TemplateChange::updated);
  EXPECT_EQ(made().memory, Memory::of_mib(2048));
}

TEST_F(ImportTemplate, OneThatWasLeftUnfinishedIsDownloadedAgain) {
  import(checked());
  world_.domain("debian13.template").source->complete = false;
  EXPECT_EQ(import(checked()), TemplateChange::updated);
  EXPECT_EQ(downloads(), 2U);
}

TEST_F(ImportTemplate, OneWhoseImageIsGoneIsDownloadedAgain) {
  for (const auto& source : {checked(), unchecked()}) {
    import(source);
    const auto before = downloads();
    world_.volumes.clear();
    EXPECT_EQ(foretold(source), TemplateChange::repaired);
    EXPECT_EQ(import(source), TemplateChange::repaired);
    EXPECT_TRUE(world_.volumes.contains(made().base));
    EXPECT_EQ(import(source), TemplateChange::none);
    EXPECT_EQ(downloads(), before + 1);
  }
}

TEST_F(ImportTemplate, ADownloadNeedsAChecksumOrTrust) {
  const auto error = refusal_of([&] { import({.disk = url_}); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.message(), HasSubstr("needs a checksum"));
  EXPECT_EQ(downloads(), 0U);
  EXPECT_EQ(import(unchecked()), TemplateChange::created);
  EXPECT_EQ(made().origin.value().checksum, std::nullopt) << "which stays to be seen";
}

TEST_F(ImportTemplate, AnUncheckedOneIsKeptOrRenewed) {
  import(unchecked());
  serve("20M");
  EXPECT_EQ(foretold(unchecked()), TemplateChange::none);
  EXPECT_EQ(import(unchecked()), TemplateChange::none);
  EXPECT_EQ(import(unchecked(IfPresent::renew)), TemplateChange::updated);
  EXPECT_EQ(import(unchecked(IfPresent::renew)), TemplateChange::none) << "downloaded, and the same";
  EXPECT_EQ(downloads(), 3U);
}

TEST_F(ImportTemplate, AKernelOfThisMachineGoesWithIt) {
  std::ofstream(home_.path() / "vmlinuz") << std::string(514, '\0') << "HdrS";
  std::ofstream(home_.path() / "initrd") << "initrd";
  auto source = checked();
  source.kernel = {
      .kernel = home_.path() / "vmlinuz", .initrd = home_.path() / "initrd", .command_line = "ro"};
  EXPECT_EQ(import(source), TemplateChange::created);
  EXPECT_EQ(foretold(source), TemplateChange::none);
  EXPECT_EQ(import(source), TemplateChange::none);
  EXPECT_EQ(downloads(), 1U);
  EXPECT_EQ(foretold(checked()), TemplateChange::updated) << "without the kernel";
}

TEST_F(ImportTemplate, WhatIsWrongLeavesNothing) {
  auto wrong = checked();
  wrong.checksum->hex = std::string(64, '0');
  EXPECT_EQ(refusal_of([&] { import(wrong); }).kind(), ErrorKind::invalid_input);
  std::ofstream(served_) << "<html>no disk, but with a checksum of its own</html>";
  const auto error = refusal_of([&] { import(checked()); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("https://example.org/disk.qcow2"));
  EXPECT_THAT(world_.domains, IsEmpty());
  EXPECT_THAT(world_.volumes, IsEmpty());
  EXPECT_TRUE(fs::is_empty(home_.path() / "downloads"));
}

TEST_F(ImportTemplate, AFileIsCheckedToo) {
  ImportSource source{.disk = served_, .checksum = served_checksum()};
  EXPECT_EQ(import(source), TemplateChange::created);
  EXPECT_EQ(made().origin, std::nullopt);
  source.checksum->hex = std::string(64, '0');
  EXPECT_THAT(refusal_of([&] { import(source); }).message(), HasSubstr("served.qcow2"));
}

/// A qemu-img that first has somebody else change files of his, then does what it should.
class TreacherousPath {
 public:
  TreacherousPath(const fs::path& folder, const std::string& treason) : before_(std::getenv("PATH")) {
    const auto real = find_program("qemu-img").value();
    write_file(folder / "qemu-img", "#!/bin/sh\n" + treason + "\nexec " + real + " \"$@\"\n", 0700);
    ::setenv("PATH", (folder.string() + ":" + before_).c_str(), 1);
  }
  ~TreacherousPath() { ::setenv("PATH", before_.c_str(), 1); }
  TreacherousPath(const TreacherousPath&) = delete;
  TreacherousPath& operator=(const TreacherousPath&) = delete;

 private:
  std::string before_;
};

TEST_F(ImportTemplate, AFileThatChangesMeanwhileIsTakenAsItWas) {
  const auto path = [&](const char* name) { return (home_.path() / name).string(); };
  output_of(
      {"qemu-img", "create", "-q", "-f", "qcow2", path("evil"), "-F", "raw", "-b", "/etc/shadow", "10M"});
  output_of({"qemu-img", "convert", "-O", "qcow2", served_.string(), path("disk.qcow2")});
  output_of({"qemu-img", "convert", "-O", "raw", served_.string(), path("disk.raw")});
  output_of({"sh", "-c", "gzip <\"$1\" >\"$1.gz\"", "sh", path("disk.qcow2")});
  const auto linux = std::string(514, '\0') + "HdrS";
  std::string treason;
  for (const auto* name : {"disk.qcow2", "disk.raw", "disk.qcow2.gz", "vmlinuz", "initrd"}) {
    treason += "cat " + path("evil") + " >" + path(name) + "\n";
  }
  std::map<std::string, std::string> disks;
  for (const auto* name : {"disk.qcow2", "disk.raw", "disk.qcow2.gz"}) {
    disks[name] = read_file(path(name), std::size_t{16} << 20U);
  }
  for (const auto& [name, disk] : disks) {
    write_file(path(name.c_str()), disk, 0600);
    write_file(path("vmlinuz"), linux, 0600);
    write_file(path("initrd"), "initrd", 0600);
    ImportSource source{.disk = fs::path(path(name.c_str())),
                        .checksum = Checksum{.hex = hex(bytes_of(sha256(disk)))}};
    source.kernel = {.kernel = path("vmlinuz"), .initrd = path("initrd"), .command_line = "ro"};
    {
      const TreacherousPath treacherous(home_.path(), treason);
      EXPECT_EQ(import(source), TemplateChange::created) << name;
    }
    EXPECT_EQ(world_.volumes.at(made().base).base, std::nullopt) << name;
    EXPECT_EQ(world_.volumes.at(made().base).content.find("/etc/shadow"), std::string::npos) << name;
    EXPECT_EQ(world_.volumes.at(made().boot.value().kernel).content, linux) << name;
    EXPECT_EQ(world_.volumes.at(made().boot.value().initrd).content, "initrd") << name;
    delete_template(context_, request_.name);
  }
}

TEST_F(ImportTemplate, OnlyWhatAnybodyCanDownloadIsReadableByEverybody) {
  using Access = NewVolume::Access;
  const auto access = [&] { return world_.volumes.at(made().base).access; };
  import({.disk = served_});
  EXPECT_EQ(access(), Access::owner_only) << "a file may be private, whatever its mode";
  delete_template(context_, request_.name);
  import(checked());
  EXPECT_EQ(access(), Access::owner_only) << "the URL has a password";
  delete_template(context_, request_.name);
  url_ = DownloadUrl::parse("https://example.org/disk.qcow2");
  import(checked());
  EXPECT_EQ(access(), Access::everybody_reads);
}

TEST_F(ImportTemplate, AnothersTemplateIsAConflictBeforeTheDownload) {
  import(checked());
  Process bobs{world_, home_.path(), bob};
  auto theirs = bobs.context();
  theirs.downloads = context_.downloads;
  EXPECT_EQ(refusal_of([&] { import_template(theirs, request_, checked()); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(downloads(), 1U);
}

TEST(DiskSource, IsAUrlOrAFile) {
  EXPECT_EQ(std::get<DownloadUrl>(disk_source("https://example.org/a")).str(), "https://example.org/a");
  EXPECT_EQ(std::get<fs::path>(disk_source("a.qcow2")), "a.qcow2");
  EXPECT_EQ(refusal_of([] { disk_source("ftp://example.org/a"); }).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud::test
