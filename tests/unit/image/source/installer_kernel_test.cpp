#include "nocloud/image/source/installer_kernel.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/handle.hpp"
#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

class InstallerKernel : public testing::Test {
 protected:
  /// An ISO image with these files, each of which has its path as its content; or with folders or links.
  std::filesystem::path iso(const std::vector<std::string>& paths, unsigned type = AE_IFREG) const {
    auto path = folder_.path() / "installer.iso";
    const Handle<archive, archive_write_free> writer(archive_write_new());
    archive_write_set_format_iso9660(writer.get());
    archive_write_open_filename(writer.get(), path.c_str());
    for (const auto& name : paths) {
      const Handle<archive_entry, archive_entry_free> entry(archive_entry_new());
      archive_entry_set_pathname(entry.get(), name.c_str());
      archive_entry_set_filetype(entry.get(), type);
      archive_entry_set_perm(entry.get(), 0555);
      if (type == AE_IFREG) archive_entry_set_size(entry.get(), static_cast<la_int64_t>(name.size()));
      if (type == AE_IFLNK) archive_entry_set_symlink(entry.get(), "/etc/passwd");
      archive_write_header(writer.get(), entry.get());
      archive_write_data(writer.get(), name.data(), name.size());
    }
    archive_write_close(writer.get());
    return path;
  }

  TemporaryFolder folder_;
};

TEST_F(InstallerKernel, IsFoundWhereDistributionsPutIt) {
  const std::vector<std::pair<std::string, std::string>> places{
      {"install.amd/vmlinuz", "install.amd/initrd.gz"},
      {"casper/vmlinuz", "casper/initrd"},
      {"images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"}};
  for (const auto& [kernel, initrd] : places) {
    const TemporaryFolder folder;
    extract_installer_kernel(iso({"README", "boot/vmlinuz", initrd, kernel, "pool/x"}), folder.path());
    EXPECT_EQ(read_file(folder.path() / "vmlinuz", 1000), kernel);
    EXPECT_EQ(read_file(folder.path() / "initrd", 1000), initrd);
  }
}

TEST_F(InstallerKernel, IsMissedWhereThereIsNone) {
  for (const auto& paths : std::vector<std::vector<std::string>>{{"README"}, {"casper/vmlinuz", "initrd"}}) {
    const auto error = refusal_of([&] { extract_installer_kernel(iso(paths), folder_.path()); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    EXPECT_THAT(error.hint(), HasSubstr("--kernel"));
  }
}

TEST_F(InstallerKernel, IsNoFolderOrLink) {
  for (const unsigned type : {AE_IFDIR, AE_IFLNK}) {
    const auto image = iso({"casper/vmlinuz", "casper/initrd"}, type);
    EXPECT_EQ(refusal_of([&] { extract_installer_kernel(image, folder_.path()); }).kind(),
              ErrorKind::invalid_input);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "vmlinuz"));
  }
}

TEST_F(InstallerKernel, IsNotInWhatIsNoIso) {
  const auto file = folder_.path() / "file";
  write_file(file, std::string(100'000, 'x'), 0600);
  EXPECT_EQ(refusal_of([&] { extract_installer_kernel(file, folder_.path()); }).kind(),
            ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud::test
