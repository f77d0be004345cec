#include "nocloud/image/disk/disk_format.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"

namespace nocloud {
namespace {

using namespace std::string_view_literals;

/// Of gzip (RFC 1952), xz (its file format 1.1) and zstd (RFC 8878).
constexpr std::array packed_magics{"\x1f\x8b"sv, "\xfd\x37zXZ\0"sv, "\x28\xb5\x2f\xfd"sv};

enum class Remedy { convert, unpack, none };

/// A format that we don't take, known by the bytes at a fixed place.
struct ForeignFormat {
  std::string_view what;
  std::string_view magic;
  std::size_t offset = 0;
  Remedy remedy = Remedy::convert;
  /// qemu-img's name of the format, the program that unpacks, or the remedy itself.
  std::string_view with;
};

constexpr std::array known_by_head{
    ForeignFormat{.what = "a qcow image of version 1", .magic = "QFI\xfb\0\0\0\1"sv, .with = "qcow"},
    ForeignFormat{.what = "a VMDK image", .magic = "KDMV", .with = "vmdk"},
    ForeignFormat{.what = "a VMDK image", .magic = "COWD", .with = "vmdk"},
    ForeignFormat{.what = "the descriptor of a VMDK image", .magic = "# Disk DescriptorFile", .with = "vmdk"},
    ForeignFormat{.what = "a VDI image", .magic = "\x7f\x10\xda\xbe", .offset = 0x40, .with = "vdi"},
    ForeignFormat{.what = "a VHDX image", .magic = "vhdxfile", .with = "vhdx"},
    ForeignFormat{.what = "a VHD image", .magic = "conectix", .with = "vpc"},
    ForeignFormat{.what = "a QED image", .magic = "QED\0"sv, .with = "qed"},
    ForeignFormat{.what = "a VMDK image", .magic = "\xbe\xba\xfe\xca\0\0\0\0"sv, .with = "vmdk"},
    ForeignFormat{.what = "a Parallels image", .magic = "WithoutFreeSpace", .with = "parallels"},
    ForeignFormat{.what = "a Parallels image", .magic = "WithouFreSpacExt", .with = "parallels"},
    ForeignFormat{.what = "a Bochs image", .magic = "Bochs Virtual HD Image", .with = "bochs"},
    ForeignFormat{.what = "a cloop image", .magic = "#!/bin/sh\n#V2.0 Format", .with = "cloop"},
    ForeignFormat{.what = "an encrypted disk (LUKS)",
                  .magic = "LUKS\xba\xbe",
                  .remedy = Remedy::none,
                  .with = "Give an image that can be read without a key."},
    ForeignFormat{.what = "an ISO image",
                  .magic = "CD001",
                  .offset = 0x8001,
                  .remedy = Remedy::none,
                  .with = "That is an installation medium; give the disk of an installed machine."},
    ForeignFormat{.what = "an ISO image (UDF)",
                  .magic = "BEA01",
                  .offset = 0x8001,
                  .remedy = Remedy::none,
                  .with = "That is an installation medium; give the disk of an installed machine."},
    ForeignFormat{.what = "a SquashFS file system",
                  .magic = "hsqs",
                  .remedy = Remedy::none,
                  .with = "That is a live system's content; give the disk of an installed machine."},
    ForeignFormat{.what = "a Windows image (WIM)",
                  .magic = "MSWIM\0\0\0"sv,
                  .remedy = Remedy::none,
                  .with = "That is an installation medium; give the disk of an installed machine."},
    ForeignFormat{.what = "a forensic image (EWF)",
                  .magic = "EVF\x09\x0d\x0a\xff\0"sv,
                  .remedy = Remedy::none,
                  .with = "Write it as a raw disk first, with ewfexport."},
    ForeignFormat{.what = "a web page",
                  .magic = "<!DOCTYPE",
                  .remedy = Remedy::none,
                  .with = "The server gave a page in place of the file: look at the URL in a browser."},
    ForeignFormat{.what = "a web page",
                  .magic = "<html",
                  .remedy = Remedy::none,
                  .with = "The server gave a page in place of the file: look at the URL in a browser."},
    ForeignFormat{.what = "a program (ELF)",
                  .magic = "\x7f"
                           "ELF",
                  .remedy = Remedy::none,
                  .with = "Give the disk of an installed machine."},
    ForeignFormat{.what = "an Android sparse image",
                  .magic = "\x3a\xff\x26\xed",
                  .remedy = Remedy::unpack,
                  .with = "simg2img"},
    ForeignFormat{
        .what = "a 7z archive", .magic = "7z\xbc\xaf\x27\x1c", .remedy = Remedy::unpack, .with = "7z x"},
    ForeignFormat{
        .what = "a RAR archive", .magic = "Rar!\x1a\x07", .remedy = Remedy::unpack, .with = "unrar x"},
    ForeignFormat{.what = "a Debian package or archive (ar)",
                  .magic = "!<arch>\n",
                  .remedy = Remedy::unpack,
                  .with = "ar x"},
    ForeignFormat{
        .what = "an RPM package", .magic = "\xed\xab\xee\xdb", .remedy = Remedy::unpack, .with = "rpm2cpio"},
    ForeignFormat{.what = "a cpio archive", .magic = "070701", .remedy = Remedy::unpack, .with = "cpio -i"},
    ForeignFormat{
        .what = "compressed (lz4)", .magic = "\x04\x22\x4d\x18", .remedy = Remedy::unpack, .with = "unlz4"},
    ForeignFormat{
        .what = "compressed (lzip)", .magic = "LZIP\1", .remedy = Remedy::unpack, .with = "lzip -d"},
    ForeignFormat{
        .what = "compressed (lzop)", .magic = "\x89LZO\0"sv, .remedy = Remedy::unpack, .with = "lzop -d"},
    ForeignFormat{
        .what = "compressed (lzma)", .magic = "\x5d\0\0\x80\0"sv, .remedy = Remedy::unpack, .with = "unlzma"},
    ForeignFormat{.what = "compressed (bzip2)", .magic = "BZh", .remedy = Remedy::unpack, .with = "bunzip2"},
    ForeignFormat{.what = "a zip archive", .magic = "PK\3\4", .remedy = Remedy::unpack, .with = "unzip"},
    ForeignFormat{.what = "a tar archive",
                  .magic = "ustar",
                  .offset = 257,
                  .remedy = Remedy::unpack,
                  .with = "tar -xf"},
};

constexpr std::array known_by_tail{
    ForeignFormat{.what = "a VHD image", .magic = "conectix", .with = "vpc"},
    ForeignFormat{.what = "a DMG image", .magic = "koly", .with = "dmg"},
};

std::string remedy_of(const ForeignFormat& format) {
  switch (format.remedy) {
    case Remedy::convert:
      return fmt::format("Convert it first: qemu-img convert -f {} -O qcow2 FILE disk.qcow2", format.with);
    case Remedy::unpack:
      return fmt::format("Unpack it first ({}), and give the disk image that comes out.", format.with);
    case Remedy::none:
      return std::string(format.with);
  }
  return {};
}

template <std::size_t Count>
void refuse_foreign(std::string_view bytes, const std::array<ForeignFormat, Count>& formats) {
  for (const auto& format : formats) {
    if (bytes.size() < format.offset || !bytes.substr(format.offset).starts_with(format.magic)) continue;
    throw Error(ErrorKind::invalid_input,
                fmt::format("it is {}, neither a qcow2 nor a raw disk", format.what), remedy_of(format));
  }
}

}  // namespace

DiskFormat disk_format_of(std::string_view head, std::string_view tail) {
  refuse_foreign(head, known_by_head);
  if (is_qcow2(head)) return DiskFormat::qcow2;
  for (const auto magic : packed_magics) {
    if (head.starts_with(magic)) return DiskFormat::packed;
  }
  refuse_foreign(tail, known_by_tail);
  return DiskFormat::raw;
}

}  // namespace nocloud
