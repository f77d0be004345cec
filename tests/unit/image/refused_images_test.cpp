#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/image/store/image_store.hpp"
#include "support/refusal.hpp"
#include "unit/image/disk_files.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using test::big_endian;
using test::DiskFiles;
using test::one_gib;
using test::refusal_of;
using testing::HasSubstr;
using namespace std::string_literals;

struct BadCase {
  std::string what;
  std::function<fs::path(const DiskFiles&)> make;
  std::string message;
  std::string hint = {};
};

fs::path patched(const DiskFiles& disks, std::uint64_t offset, const std::string& bytes) {
  auto path = disks.qcow2("a.qcow2");
  DiskFiles::patch(path, offset, bytes);
  return path;
}

fs::path cut(const fs::path& path, std::uint64_t bytes) {
  fs::resize_file(path, fs::file_size(path) - bytes);
  return path;
}

fs::path overlay_in_a_circle(const DiskFiles& disks) {
  auto one = disks.created("a.qcow2", {}, "1G");
  const auto other = disks.created("b.qcow2", {"-b", one, "-F", "qcow2"});
  output_of({"qemu-img", "rebase", "-u", "-f", "qcow2", "-b", other, "-F", "qcow2", one});
  return one;
}

fs::path raw_that_looks_like_qcow2(const DiskFiles& disks) {
  auto path = disks.raw("a.raw");
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
     [](const DiskFiles& disks) { return cut(disks.qcow2("a.qcow2"), 1); }, "its end is missing (1 byte)",
     "again"},
    {"a compressed qcow2 with a hole",
     [](const DiskFiles& disks) {
       auto path = disks.converted("a.qcow2", {"-c", "-O", "qcow2", "-o", "compression_type=zstd"});
       DiskFiles::patch(path, 700'000, std::string(4096, '\0'));
       return path;
     },
     "content cannot be read"},
    {"a header and nothing else",
     [](const DiskFiles& disks) {
       auto path = disks.qcow2("a.qcow2");
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
    {"many small clusters in a large file with nothing in it",
     [](const DiskFiles& disks) {
       auto path = disks.converted("a.qcow2", {"-O", "qcow2", "-o", "cluster_size=512,refcount_bits=64"});
       fs::resize_file(path, 40 * one_gib);
       return path;
     },
     "83886080 clusters", "qemu-img convert"},
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
    // Not by LUKS: qemu-img measures the processor for that, which fails on a busy one.
    {"encryption",
     [](const DiskFiles& disks) {
       return disks.created(
           "a.qcow2", {"--object", "secret,id=s,data=abc", "-o", "encrypt.format=aes,encrypt.key-secret=s"},
           "1M");
     },
     "encrypted"},
};

/// A disk that qemu-img has made with these options.
std::function<fs::path(const DiskFiles&)> as(std::vector<std::string> options) {
  return [options = std::move(options)](const DiskFiles& disks) { return disks.converted("a", options); };
}

const BadCase foreign[] = {
    {"VMDK", as({"-O", "vmdk"}), "VMDK", "qemu-img convert -f vmdk"},
    {"VDI", as({"-O", "vdi"}), "VDI", "qemu-img convert -f vdi"},
    {"VHD", as({"-O", "vpc"}), "VHD", "qemu-img convert -f vpc"},
    {"VHD of fixed size", as({"-O", "vpc", "-o", "subformat=fixed"}), "VHD", "qemu-img convert -f vpc"},
    {"VHDX", as({"-O", "vhdx"}), "VHDX", "qemu-img convert -f vhdx"},
    {"QED", as({"-O", "qed"}), "QED", "qemu-img convert -f qed"},
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

}  // namespace
}  // namespace nocloud
