#include "nocloud/model/source/checksum_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::HasSubstr;

const std::string of_256(64, 'a');
const std::string of_512(128, 'b');

TEST(ChecksumList, IsReadAsToolsWriteIt) {
  for (const auto& list : {of_256 + "  disk.qcow2\n", of_256 + " *disk.qcow2\n", of_256 + "  ./disk.qcow2",
                           of_256 + "  disk.qcow2\r\n", "SHA256 (disk.qcow2) = " + of_256 + "\n",
                           "# disk.qcow2: 5 bytes\nSHA256 (disk.qcow2) = " + of_256,
                           std::string(64, '0') + "  other.qcow2\n" + of_256 + "  disk.qcow2\n" +
                               std::string(64, '1') + "  disk.qcow2.asc"}) {
    EXPECT_EQ(listed_file(list, "disk.qcow2").checksum.str(), "sha256:" + of_256) << list;
  }
  EXPECT_EQ(listed_file(of_512 + "  disk.qcow2", "disk.qcow2").checksum.str(), "sha512:" + of_512);
  EXPECT_EQ(listed_file("SHA256 (a (1).raw) = " + of_256, "a (1).raw").checksum.hex, of_256);
}

TEST(ChecksumList, MayBeWithinASignedMessage) {
  const auto list =
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# Fedora\nSHA256 (disk.qcow2) = " + of_256 +
      "\n-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----\n";
  EXPECT_EQ(listed_file(list, "disk.qcow2").checksum.hex, of_256);
}

TEST(ChecksumList, TheLongestIsTaken) {
  const auto shorter = of_256 + "  disk.qcow2\n";
  const auto longer = of_512 + "  disk.qcow2\n";
  EXPECT_EQ(listed_file(shorter + longer, "disk.qcow2").checksum.hex, of_512);
  EXPECT_EQ(listed_file(longer + shorter, "disk.qcow2").checksum.hex, of_512);
}

TEST(ChecksumList, WhatItDoesNotNameIsNotFound) {
  for (const auto& list :
       {std::string(), std::string("disk.qcow2"), of_256, of_256 + " disk.qcow2", of_256 + "  Disk.qcow2",
        of_256 + "  images/disk.qcow2", of_256.substr(1) + "  disk.qcow2",
        std::string(32, 'c') + "  disk.qcow2", "MD5 (disk.qcow2) = " + std::string(32, 'c'),
        "SHA256 (disk.qcow2) = " + of_512, std::string(64, 'x') + "  disk.qcow2"}) {
    EXPECT_EQ(refusal_of([&] { listed_file(list, "disk.qcow2"); }).kind(), ErrorKind::not_found) << list;
  }
}

TEST(ChecksumList, OneThatContradictsItselfIsRefused) {
  const auto twice = of_256 + "  disk.qcow2\n" + of_256 + "  disk.qcow2\n";
  EXPECT_EQ(listed_file(twice, "disk.qcow2").checksum.hex, of_256);
  const auto other = twice + "SHA256 (disk.qcow2) = " + std::string(64, 'd');
  EXPECT_THAT(refusal_of([&] { listed_file(other, "disk.qcow2"); }).message(), HasSubstr("differently"));
}

TEST(ChecksumList, NamesWhatOneStarStandsFor) {
  const auto line = [](const std::string& name) { return of_256 + "  " + name + "\n"; };
  const auto list =
      line("disk-1.6.qcow2") + line("disk-1.6.qcow2") + line("disk-1.6.raw") + line("Disk-2.qcow2");
  EXPECT_EQ(listed_file(list, "disk-*.qcow2").name, "disk-1.6.qcow2");
  EXPECT_EQ(listed_file(list, "disk-1.6*.qcow2").name, "disk-1.6.qcow2") << "or for nothing";
  EXPECT_EQ(listed_file(list, "*.raw").name, "disk-1.6.raw");
  EXPECT_EQ(refusal_of([&] { listed_file(list, "disk-1.6.q*.qcow2"); }).kind(), ErrorKind::not_found);
  const auto error = refusal_of([&] { listed_file(list, "disk*"); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("both 'disk-1.6.qcow2' and 'disk-1.6.raw'"));
  for (const auto* name :
       {"disk-a/b.qcow2", "disk-?x=.qcow2", "disk- .qcow2", "disk-%2f.qcow2", "disk-#.qcow2"}) {
    EXPECT_EQ(refusal_of([&] { listed_file(line(name), "disk-*.qcow2"); }).kind(), ErrorKind::not_found)
        << name;
  }
}

TEST(ChecksumList, HasALimit) {
  const auto line = of_256 + "  disk.qcow2\n";
  const auto most = line + std::string(checksum_list_limit - line.size(), '\n');
  EXPECT_EQ(listed_file(most, "disk.qcow2").checksum.hex, of_256);
  EXPECT_EQ(refusal_of([&] { listed_file(most + "\n", "disk.qcow2"); }).kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace nocloud
