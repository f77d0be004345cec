#include "nocloud/image/disk/qcow2_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"
#include "unit/image/disk_files.hpp"

namespace nocloud {
namespace {

using test::big_endian;
using test::one_gib;
using test::refusal_of;
using testing::HasSubstr;

/// A header as qemu-img writes it, with one thing changed.
std::string header(std::size_t offset = 0, const std::string& bytes = {}, std::uint64_t version = 3) {
  std::string head = "QFI\xfb" + big_endian(version, 4);
  head += big_endian(0, 8) + big_endian(0, 4);         // no backing file
  head += big_endian(16, 4) + big_endian(one_gib, 8);  // cluster bits, size
  head += big_endian(0, 4);                            // no encryption
  head.resize(version == 2 ? 72 : 104, '\0');
  head.resize(512, '\0');
  return head.replace(offset, bytes.size(), bytes);
}

TEST(Qcow2Header, of_an_image_that_stands_alone_gives_its_size) {
  EXPECT_EQ(check_qcow2_header(header()).disk_bytes, one_gib);
  EXPECT_EQ(check_qcow2_header(header(0, "", 2)).disk_bytes, one_gib);
  EXPECT_NO_THROW(check_qcow2_header(header(72, big_endian(1 | 8 | 16, 8)))) << "harmless features";
  EXPECT_EQ(check_qcow2_header(header(24, big_endian(1, 8))).disk_bytes, 1U);
  EXPECT_EQ(check_qcow2_header(header(24, big_endian(one_gib * 65536, 8))).disk_bytes, one_gib * 65536);
}

TEST(Qcow2Header, of_version_2_has_no_features) {
  EXPECT_NO_THROW(check_qcow2_header(header(72, big_endian(~std::uint64_t{0}, 8), 2)));
}

TEST(Qcow2Header, of_a_layer_names_its_base) {
  const auto over = [](const std::string& name, std::uint64_t length) {
    return header(8, big_endian(104, 8) + big_endian(length, 4)).substr(0, 104) + name;
  };
  EXPECT_EQ(qcow2_backing_name(over("base", 4)), "base");
  EXPECT_EQ(qcow2_backing_name(over(std::string(1023, 'b'), 1023)), std::string(1023, 'b'));
  EXPECT_EQ(qcow2_backing_name(over(std::string(1024, 'b'), 1024)), std::nullopt) << "QEMU takes 1023";
  EXPECT_EQ(qcow2_backing_name(over("base", 5)), std::nullopt) << "it ends beyond what was read";
  EXPECT_EQ(qcow2_backing_name(header()), std::nullopt);
}

struct HeaderCase {
  std::string what;
  std::string head;
  std::string message;
};

const HeaderCase hostile[] = {
    {"no more than the magic", "QFI\xfb", "cut short"},
    {"version 2, one byte short", header(0, "", 2).substr(0, 71), "cut short"},
    {"version 3, one byte short", header().substr(0, 103), "cut short"},
    {"version 0", header(0, "", 0), "version 0"},
    {"version 4", header(0, "", 4), "version 4"},
    {"a backing file", header(8, big_endian(200, 8) + big_endian(5, 4)).replace(200, 5, "b\nase"),
     "difference to another file, 'b\\x0aase'"},
    {"a backing file whose name is elsewhere", header(8, big_endian(~std::uint64_t{0}, 8) + big_endian(5, 4)),
     "difference to another file, ''"},
    {"a backing file whose name is long", header(8, big_endian(200, 8) + big_endian(0xffffffff, 4)),
     "difference to another file, ''"},
    {"a data file", header(72, big_endian(4, 8)), "its data is in another file"},
    {"a mark of corruption", header(72, big_endian(2, 8)), "marked as corrupt"},
    {"an unknown feature", header(72, big_endian(32, 8)), "not known here (0x20)"},
    {"encryption by AES", header(32, big_endian(1, 4)), "encrypted"},
    {"encryption by LUKS", header(32, big_endian(2, 4)), "encrypted"},
    {"clusters below the least", header(20, big_endian(8, 4)), "header is broken"},
    {"clusters above the largest", header(20, big_endian(22, 4)), "header is broken"},
    {"more first tables than QEMU takes", header(36, big_endian((1U << 22U) + 1, 4)), "header is broken"},
    {"no size", header(24, big_endian(0, 8)), "0 bytes"},
    {"too large a size", header(24, big_endian(one_gib * 65536 + 1, 8)), "bytes"},
};

TEST(Qcow2Header, of_any_other_image_is_refused) {
  for (const auto& [what, head, message] : hostile) {
    const auto error = refusal_of([&head = head] { check_qcow2_header(head); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << what;
    EXPECT_THAT(error.message(), HasSubstr(message)) << what;
    EXPECT_FALSE(error.hint().empty()) << what;
  }
}

}  // namespace
}  // namespace nocloud
