#include <cstdlib>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/source/kernel_file.hpp"
#include "nocloud/image/store/image_store.hpp"
#include "support/refusal.hpp"
#include "unit/image/disk_files.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::DiskFiles;
using test::refusal_of;
using testing::HasSubstr;
using namespace std::string_literals;

std::string sha256_of(const fs::path& file) {
  return hex(bytes_of(sha256(read_file(file, std::size_t{64} << 20U))));
}

std::string volume_of(const fs::path& file, std::string_view suffix) {
  return "sha256-" + sha256_of(file) + "." + std::string(suffix);
}

struct GoodCase {
  std::string what;
  std::function<fs::path(const DiskFiles&)> make;
};

const GoodCase good[] = {
    {"qcow2", [](const DiskFiles& disks) { return disks.qcow2("a.qcow2"); }},
    {"qcow2 of version 2",
     [](const DiskFiles& disks) {
       return disks.converted("a.qcow2", {"-O", "qcow2", "-o", "compat=0.10"});
     }},
    {"qcow2 compressed with zstd",
     [](const DiskFiles& disks) {
       return disks.converted("a.qcow2", {"-c", "-O", "qcow2", "-o", "compression_type=zstd"});
     }},
    {"an empty qcow2 of the largest size",
     [](const DiskFiles& disks) { return disks.created("a.qcow2", {}, "65536G"); }},
    {"qcow2 with a snapshot inside",
     [](const DiskFiles& disks) {
       auto path = disks.qcow2("a.qcow2");
       output_of({"qemu-img", "snapshot", "-c", "before", path});
       return path;
     }},
    {"qcow2 whose compressed end fills no sector",
     [](const DiskFiles& disks) {
       auto path = disks.created("a.qcow2", {}, "1M");
       output_of({"qemu-io", "-f", "qcow2", "-c", "write -c -P 7 0 65536", path});
       EXPECT_NE(fs::file_size(path) % 512, 0U);
       return path;
     }},
    {"a name that QEMU could take for a URL",
     [](const DiskFiles& disks) { return disks.qcow2("nbd:unix:a,b.qcow2"); }},
    {"a link to an image",
     [](const DiskFiles& disks) {
       fs::create_symlink(disks.qcow2("a.qcow2"), disks.path("link"));
       return disks.path("link");
     }},
};

TEST(VerifyImage, takes_a_qcow2_that_stands_alone) {
  for (const auto& [what, make] : good) {
    const DiskFiles disks;
    const auto path = make(disks);
    const auto before = sha256_of(path);
    const auto image = verify_image(path, std::nullopt);
    EXPECT_NE(image.disk.path, path) << what << ": a copy is what is used";
    EXPECT_EQ(sha256_of(image.disk.path), before) << what;
    EXPECT_EQ(image.disk.volume.str(), volume_of(path, "qcow2")) << what;
    EXPECT_FALSE(image.kernel) << what;
    EXPECT_EQ(sha256_of(path), before) << what << ": looking changes nothing";
  }
}

TEST(VerifyImage, makes_a_path_absolute) {
  const DiskFiles disks;
  disks.qcow2("a.qcow2");
  const auto before = fs::current_path();
  fs::current_path(disks.path(""));
  const auto image = verify_image("a.qcow2", std::nullopt);
  fs::current_path(before);
  EXPECT_TRUE(image.disk.path.is_absolute());
}

TEST(VerifyImage, keeps_what_it_checked_whatever_its_owner_writes) {
  const auto old_content = [](const fs::path& disk) { return read_file(disk, std::size_t{64} << 20U); };
  const DiskFiles disks;
  for (const auto& path : {disks.qcow2("a.qcow2"), disks.raw("a.raw")}) {
    const auto image = verify_image(path, std::nullopt);
    const auto verified = old_content(image.disk.path);
    DiskFiles::patch(path, 8, "another file");
    fs::permissions(path, fs::perms::none);
    EXPECT_EQ(old_content(image.disk.path), verified) << path;
    struct stat status {};
    ASSERT_EQ(::stat(image.disk.path.parent_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U) << "nobody else gets at the copy";
  }
}

TEST(VerifyImage, copies_holes_as_holes) {
  const DiskFiles disks;
  const auto raw = disks.raw("large.raw");
  fs::resize_file(raw, std::uintmax_t{40} << 30U);
  const auto copy = PrivateFile::copy_of(raw, {});
  struct stat status {};
  ASSERT_EQ(::stat(copy.path().c_str(), &status), 0);
  EXPECT_EQ(static_cast<std::uintmax_t>(status.st_size), fs::file_size(raw));
  EXPECT_LT(status.st_blocks * 512, std::int64_t{64} << 20U);
  EXPECT_EQ(run_process({"cmp", "--bytes=4194304", raw.string(), copy.path().string()}).exit_code, 0);
}

TEST(VerifyImage, converts_a_raw_disk_in_a_folder_that_goes) {
  const DiskFiles disks;
  const auto raw = disks.raw("a.raw");
  fs::path converted;
  {
    const auto image = verify_image(raw, std::nullopt);
    converted = image.disk.path;
    EXPECT_NE(converted, raw);
    EXPECT_EQ(image.disk.volume.str(), volume_of(converted, "qcow2"));
    EXPECT_EQ(run_process({"qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, converted}).exit_code, 0);
  }
  EXPECT_FALSE(fs::exists(converted));
}

/// Whatever QEMU itself makes is whole, also where its file ends in the middle of a cluster.
const std::vector<std::string> convert_options[] = {
    {"-O", "qcow2", "-o", "cluster_size=512"},
    {"-O", "qcow2", "-o", "cluster_size=2M"},
    {"-O", "qcow2", "-o", "preallocation=metadata"},
    {"-O", "qcow2", "-o", "preallocation=full"},
    {"-O", "qcow2", "-o", "extended_l2=on,cluster_size=128k"},
    {"-O", "qcow2", "-S", "0"},
    {"-c", "-O", "qcow2"},
    {"-c", "-O", "qcow2", "-o", "cluster_size=2M"},
    {"-c", "-O", "qcow2", "-o", "compat=0.10"},
};

TEST(VerifyImage, takes_whatever_qemu_makes) {
  for (const auto& options : convert_options) {
    const DiskFiles disks;
    EXPECT_NO_THROW(verify_image(disks.converted("a.qcow2", options), std::nullopt)) << options.back();
  }
}

TEST(VerifyImage, lets_qemu_img_have_no_more_than_it_needs) {
  const DiskFiles disks;
  const auto path = disks.qcow2("a.qcow2");
  const auto told = disks.path("told");
  fs::create_directory(told);
  // The limits are set as soon as the program runs. It can write nothing, but make empty files.
  const auto script = "#!/bin/sh\nsleep 0.3\n: >\"" + told.string() +
                      "/$1 $(ulimit -v) $(ulimit -f) $(ulimit -t)\"\nexec " +
                      find_program("qemu-img").value() + " \"$@\"\n";
  write_file(disks.path("qemu-img"), script, 0700);
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", (disks.path("").string() + ":" + before).c_str(), 1);
  verify_image(path, std::nullopt);
  ::setenv("PATH", before.c_str(), 1);
  for (const auto* limits : {"info 2097152 0 1200", "check 2097152 0 1200", "convert 2097152 0 14400"}) {
    EXPECT_TRUE(fs::exists(told / limits)) << limits;
  }
}

TEST(VerifyImage, says_when_there_is_no_file) {
  const DiskFiles disks;
  const auto error = refusal_of([&] { verify_image(disks.path("missing"), std::nullopt); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.message(), HasSubstr("missing"));
}

TEST(VerifyImage, can_be_interrupted) {
  const DiskFiles disks;
  std::stop_source stop;
  stop.request_stop();
  for (const auto& path : {disks.qcow2("a.qcow2"), disks.raw("a.raw")}) {
    EXPECT_EQ(refusal_of([&] { verify_image(path, std::nullopt, stop.get_token()); }).kind(),
              ErrorKind::interrupted);
  }
}

class VerifyKernel : public testing::Test {
 protected:
  KernelChoice choice() const {
    return {.kernel = disks.file("vmlinuz", std::string(0x202, '\0') + "HdrS and so on"),
            .initrd = disks.file("initrd", "cpio"),
            .command_line = "root=/dev/vda ro"};
  }
  Error refusal(const KernelChoice& kernel) const {
    return refusal_of([&] { verify_image(disks.path("a.qcow2"), kernel); });
  }
  const DiskFiles disks{};
};

TEST_F(VerifyKernel, gives_its_volumes) {
  const auto image = verify_image(disks.qcow2("a.qcow2"), choice());
  ASSERT_TRUE(image.kernel);
  EXPECT_EQ(image.kernel->kernel.volume.str(), volume_of(disks.path("vmlinuz"), "vmlinuz"));
  EXPECT_EQ(image.kernel->initrd.volume.str(), volume_of(disks.path("initrd"), "initrd"));
  EXPECT_EQ(image.kernel->command_line, "root=/dev/vda ro");
}

TEST_F(VerifyKernel, refuses_what_is_none) {
  disks.qcow2("a.qcow2");
  auto script = choice();
  script.kernel = disks.file("script", "#!/bin/sh");
  EXPECT_THAT(refusal(script).message(),
              HasSubstr("script' can't be used as a kernel: it is no Linux kernel"));
  auto folder = choice();
  folder.kernel = disks.path("");
  EXPECT_EQ(refusal(folder).kind(), ErrorKind::invalid_input);
  auto empty = choice();
  empty.initrd = disks.file("initrd", "");
  EXPECT_THAT(refusal(empty).message(), HasSubstr("initrd' is empty"));
  auto missing = choice();
  missing.initrd = disks.path("missing");
  EXPECT_EQ(refusal(missing).kind(), ErrorKind::not_found);
  auto large = choice();
  large.kernel = disks.file("large", std::string(0x202, '\0') + "HdrS");
  fs::resize_file(large.kernel, largest_kernel_bytes + 1);
  EXPECT_THAT(refusal(large).message(), HasSubstr("large' can't be used as a kernel: it is too large"));
  large = choice();
  large.initrd = disks.file("large", "cpio");
  fs::resize_file(large.initrd, largest_initrd_bytes + 1);
  EXPECT_THAT(refusal(large).message(), HasSubstr("large' is too large for an initrd"));
  auto two_lines = choice();
  two_lines.command_line = "ro\ninit=/bin/sh";
  EXPECT_EQ(refusal(two_lines).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud
