#include "nocloud/image/disk/disk_format.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::HasSubstr;
using namespace std::string_literals;

TEST(DiskFormat, is_told_by_its_marks) {
  EXPECT_EQ(disk_format_of("QFI\xfb\0\0\0\3"s, ""), DiskFormat::qcow2);
  EXPECT_EQ(disk_format_of("QFI\xfb\0\0\0\2"s, ""), DiskFormat::qcow2);
  EXPECT_EQ(disk_format_of(std::string(512, '\0'), ""), DiskFormat::raw);
  EXPECT_EQ(disk_format_of("", ""), DiskFormat::raw);
  EXPECT_EQ(disk_format_of("QF", ""), DiskFormat::raw);
  for (const auto& packed : {"\x1f\x8b\x08"s, "\xfd\x37zXZ\0"s, "\x28\xb5\x2f\xfd"s}) {
    EXPECT_EQ(disk_format_of(packed, ""), DiskFormat::packed);
  }
}

struct ForeignCase {
  std::string head;
  std::string what;
  std::string remedy;
};

std::string at(std::size_t offset, const std::string& magic) {
  return std::string(offset, '\0') + magic;
}

const ForeignCase foreign_formats[] = {
    {"QFI\xfb\0\0\0\1"s, "qcow image of version 1", "qemu-img convert -f qcow "},
    {"KDMV", "VMDK", "qemu-img convert -f vmdk "},
    {"COWD", "VMDK", "qemu-img convert -f vmdk "},
    {"# Disk DescriptorFile\nversion=1", "VMDK", "qemu-img convert -f vmdk "},
    {at(0x40, "\x7f\x10\xda\xbe"), "VDI", "qemu-img convert -f vdi "},
    {"vhdxfile", "VHDX", "qemu-img convert -f vhdx "},
    {"conectix", "VHD", "qemu-img convert -f vpc "},
    {"QED\0"s, "QED", "qemu-img convert -f qed "},
    {"LUKS\xba\xbe", "LUKS", "without a key"},
    {at(0x8001, "CD001"), "ISO", "installation medium"},
    {"BZh9", "bzip2", "bunzip2"},
    {"PK\3\4", "zip", "unzip"},
    {at(257, "ustar"), "tar", "tar -xf"},
    {"\xbe\xba\xfe\xca\0\0\0\0"s, "VMDK", "qemu-img convert -f vmdk "},
    {"WithoutFreeSpace", "Parallels", "qemu-img convert -f parallels "},
    {"WithouFreSpacExt", "Parallels", "qemu-img convert -f parallels "},
    {"Bochs Virtual HD Image", "Bochs", "qemu-img convert -f bochs "},
    {"#!/bin/sh\n#V2.0 Format\nmodprobe cloop", "cloop", "qemu-img convert -f cloop "},
    {at(0x8001, "BEA01"), "UDF", "installation medium"},
    {"hsqs", "SquashFS", "installed machine"},
    {"MSWIM\0\0\0"s, "WIM", "installed machine"},
    {"EVF\x09\x0d\x0a\xff\0"s, "EWF", "ewfexport"},
    {"<!DOCTYPE html>", "web page", "look at the URL"},
    {"<html>", "web page", "look at the URL"},
    {"\x7f"
     "ELF\2",
     "ELF", "installed machine"},
    {"\x3a\xff\x26\xed", "Android", "simg2img"},
    {"7z\xbc\xaf\x27\x1c", "7z", "7z x"},
    {"Rar!\x1a\x07\1", "RAR", "unrar x"},
    {"!<arch>\n", "ar", "ar x"},
    {"\xed\xab\xee\xdb", "RPM", "rpm2cpio"},
    {"070701", "cpio", "cpio -i"},
    {"\x04\x22\x4d\x18", "lz4", "unlz4"},
    {"LZIP\1", "lzip", "lzip -d"},
    {"\x89LZO\0"s, "lzop", "lzop -d"},
    {"\x5d\0\0\x80\0"s, "lzma", "unlzma"},
};

TEST(DiskFormat, of_others_is_refused_with_the_way_to_convert_it) {
  for (const auto& [head, what, remedy] : foreign_formats) {
    const auto error = refusal_of([&head = head] { disk_format_of(head, ""); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << what;
    EXPECT_THAT(error.message(), HasSubstr(what));
    EXPECT_THAT(error.hint(), HasSubstr(remedy == "without a key" ? "read without a key" : remedy)) << what;
  }
}

TEST(DiskFormat, may_be_told_by_the_end_of_a_file) {
  EXPECT_THAT(refusal_of([] { disk_format_of(at(512, ""), "conectix"); }).message(), HasSubstr("VHD"));
  EXPECT_THAT(refusal_of([] { disk_format_of(at(512, ""), "koly"); }).message(), HasSubstr("DMG"));
}

}  // namespace
}  // namespace nocloud
