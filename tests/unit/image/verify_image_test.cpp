#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "disk_files.hpp"
#include "nocloud/base/digest.hpp"
#include "nocloud/base/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/image_store.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::big_endian;
using test::DiskFiles;
using test::refusal_of;
using testing::HasSubstr;
using namespace std::string_literals;

constexpr std::uint64_t one_gib = std::uint64_t{1} << 30U;

std::string volume_of(const fs::path& file, std::string_view suffix) {
  return "sha256-" + hex(bytes_of(sha256_of_file(file))) + "." + std::string(suffix);
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
       const auto path = disks.qcow2("a.qcow2");
       output_of({"qemu-img", "snapshot", "-c", "before", path});
       return path;
     }},
    {"qcow2 whose compressed end fills no sector",
     [](const DiskFiles& disks) {
       const auto path = disks.created("a.qcow2", {}, "1M");
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
    const auto before = sha256_of_file(path);
    const auto image = verify_image(path, std::nullopt);
    EXPECT_EQ(image.disk.path, path) << what;
    EXPECT_EQ(image.disk.volume.str(), volume_of(path, "qcow2")) << what;
    EXPECT_FALSE(image.kernel) << what;
    EXPECT_EQ(sha256_of_file(path), before) << what << ": looking changes nothing";
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

struct BadCase {
  std::string what;
  std::function<fs::path(const DiskFiles&)> make;
  std::string message;
  std::string hint = {};
};

fs::path patched(const DiskFiles& disks, std::uint64_t offset, const std::string& bytes) {
  const auto path = disks.qcow2("a.qcow2");
  DiskFiles::patch(path, offset, bytes);
  return path;
}

fs::path cut(const fs::path& path, std::uint64_t bytes) {
  fs::resize_file(path, fs::file_size(path) - bytes);
  return path;
}

fs::path overlay_in_a_circle(const DiskFiles& disks) {
  const auto one = disks.created("a.qcow2", {}, "1G");
  const auto other = disks.created("b.qcow2", {"-b", one, "-F", "qcow2"});
  output_of({"qemu-img", "rebase", "-u", "-f", "qcow2", "-b", other, "-F", "qcow2", one});
  return one;
}

fs::path raw_that_looks_like_qcow2(const DiskFiles& disks) {
  const auto path = disks.raw("a.raw");
  DiskFiles::patch(path, 0,
                   "QFI\xfb" + big_endian(3, 4) + big_endian(104, 8) + big_endian(11, 4) + big_endian(16, 4) +
                       big_endian(one_gib, 8));
  DiskFiles::patch(path, 104, "/etc/passwd");
  return path;
}

const BadCase broken[] = {
    {"a qcow2 with a hole at its end",
     [](const DiskFiles& disks) { return cut(disks.qcow2("a.qcow2"), 1'000'000); }, "broken or cut short"},
    {"a compressed qcow2 that lacks its end",
     [](const DiskFiles& disks) {
       return cut(disks.converted("a.qcow2", {"-c", "-O", "qcow2"}), 3000);
     },
     "its end is missing", "again"},
    {"a qcow2 that lacks its last bytes",
     [](const DiskFiles& disks) { return cut(disks.qcow2("a.qcow2"), 1); }, "its end is missing (1 bytes)",
     "again"},
    {"a compressed qcow2 with a hole",
     [](const DiskFiles& disks) {
       const auto path = disks.converted("a.qcow2", {"-c", "-O", "qcow2", "-o", "compression_type=zstd"});
       DiskFiles::patch(path, 700'000, std::string(4096, '\0'));
       return path;
     },
     "content cannot be read"},
    {"a header and nothing else",
     [](const DiskFiles& disks) {
       const auto path = disks.qcow2("a.qcow2");
       fs::resize_file(path, 104);
       return path;
     },
     "qemu-img says"},
    {"half a header", [](const DiskFiles& disks) { return disks.file("a.qcow2", "QFI\xfb\0\0\0\3"s); },
     "its header is cut short", "again"},
    {"tables that point at themselves",
     [](const DiskFiles& disks) { return patched(disks, 40, big_endian(0, 8)); }, "qemu-img says"},
    {"tables beyond the end",
     [](const DiskFiles& disks) { return patched(disks, 40, big_endian(one_gib << 12U, 8)); },
     "qemu-img says"},
    {"huge tables", [](const DiskFiles& disks) { return patched(disks, 36, big_endian(0xffffffff, 4)); },
     "header is broken"},
    {"an odd cluster size", [](const DiskFiles& disks) { return patched(disks, 20, big_endian(63, 4)); },
     "header is broken"},
    {"a mark of corruption", [](const DiskFiles& disks) { return patched(disks, 72, big_endian(2, 8)); },
     "marked as corrupt", "check -r"},
    {"a raw disk with half a sector",
     [](const DiskFiles& disks) { return disks.raw("a.raw", (std::uint64_t{1} << 20U) + 100); },
     "no multiple of 512", "again"},
    {"a text", [](const DiskFiles& disks) { return disks.file("notes", "remember the milk\n"); },
     "no multiple of 512"},
    {"an empty qcow2", [](const DiskFiles& disks) { return disks.created("a.qcow2", {}, "0"); }, "0 bytes"},
};

const BadCase dependent[] = {
    {"an overlay",
     [](const DiskFiles& disks) {
       return disks.created("a.qcow2", {"-b", disks.qcow2("base.qcow2"), "-F", "qcow2"});
     },
     "difference to another file, '", "qemu-img convert"},
    {"an overlay in a circle", overlay_in_a_circle, "b.qcow2'", "qemu-img convert"},
    {"an overlay of nothing",
     [](const DiskFiles& disks) {
       return disks.created("a.qcow2", {"-u", "-b", "/no/such/base", "-F", "qcow2"}, "1G");
     },
     "'/no/such/base'"},
    {"a raw disk that imitates an overlay", raw_that_looks_like_qcow2, "'/etc/passwd'"},
    {"a data file",
     [](const DiskFiles& disks) {
       return disks.created("a.qcow2", {"-o", "data_file=" + disks.path("data").string()}, "1M");
     },
     "its data is in another file", "qemu-img convert"},
    {"encryption",
     [](const DiskFiles& disks) {
       return disks.created("a.qcow2",
                            {"--object", "secret,id=s,data=abc", "-o",
                             "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10"},
                            "1M");
     },
     "encrypted"},
};

const BadCase foreign[] = {
    {"VMDK",
     [](const DiskFiles& disks) {
       return disks.converted("a", {"-O", "vmdk"});
     },
     "VMDK", "qemu-img convert -f vmdk"},
    {"VDI",
     [](const DiskFiles& disks) {
       return disks.converted("a", {"-O", "vdi"});
     },
     "VDI", "qemu-img convert -f vdi"},
    {"VHD",
     [](const DiskFiles& disks) {
       return disks.converted("a", {"-O", "vpc"});
     },
     "VHD", "qemu-img convert -f vpc"},
    {"VHD of fixed size",
     [](const DiskFiles& disks) {
       return disks.converted("a", {"-O", "vpc", "-o", "subformat=fixed"});
     },
     "VHD", "qemu-img convert -f vpc"},
    {"VHDX",
     [](const DiskFiles& disks) {
       return disks.converted("a", {"-O", "vhdx"});
     },
     "VHDX", "qemu-img convert -f vhdx"},
    {"QED",
     [](const DiskFiles& disks) {
       return disks.converted("a", {"-O", "qed"});
     },
     "QED", "qemu-img convert -f qed"},
};

const BadCase no_files[] = {
    {"an empty file", [](const DiskFiles& disks) { return disks.file("a.qcow2", ""); }, "is empty"},
    {"a folder", [](const DiskFiles& disks) { return disks.path(""); }, "is a folder"},
    {"a pipe",
     [](const DiskFiles& disks) {
       EXPECT_EQ(::mkfifo(disks.path("fifo").c_str(), 0600), 0);
       return disks.path("fifo");
     },
     "is a pipe"},
    {"a device", [](const DiskFiles&) { return fs::path("/dev/zero"); }, "is a device"},
};

template <std::size_t Count>
void expect_refused(const BadCase (&cases)[Count]) {
  for (const auto& bad : cases) {
    const DiskFiles disks;
    const auto path = bad.make(disks);
    const auto error = refusal_of([&] { verify_image(path, std::nullopt); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << bad.what;
    EXPECT_THAT(error.message(), HasSubstr(bad.message)) << bad.what;
    EXPECT_THAT(error.message(), HasSubstr(path.filename().string())) << bad.what;
    EXPECT_THAT(error.hint(), HasSubstr(bad.hint)) << bad.what;
  }
}

TEST(VerifyImage, refuses_what_is_broken) {
  expect_refused(broken);
}
TEST(VerifyImage, refuses_what_does_not_stand_alone) {
  expect_refused(dependent);
}
TEST(VerifyImage, refuses_other_formats) {
  expect_refused(foreign);
}
TEST(VerifyImage, refuses_what_is_no_file) {
  expect_refused(no_files);
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
  const DiskFiles disks;
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
  auto two_lines = choice();
  two_lines.command_line = "ro\ninit=/bin/sh";
  EXPECT_EQ(refusal(two_lines).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud
