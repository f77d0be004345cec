#include "nocloud/seed/user_part.hpp"

#include <tuple>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

std::string gzipped(std::string_view content) {
  std::string out(content.size() + 65536, '\0');
  std::size_t used = 0;
  const Handle<archive, archive_write_free> writer(archive_write_new());
  archive_write_add_filter_gzip(writer.get());
  archive_write_set_format_raw(writer.get());
  archive_write_set_bytes_in_last_block(writer.get(), 1);
  archive_write_open_memory(writer.get(), out.data(), out.size(), &used);
  const Handle<archive_entry, archive_entry_free> entry(archive_entry_new());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_write_header(writer.get(), entry.get());
  archive_write_data(writer.get(), content.data(), content.size());
  archive_write_close(writer.get());
  out.resize(used);
  return out;
}

std::string refusal_of(std::string_view user_data) {
  try {
    user_part(user_data);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    EXPECT_NE(error.hint(), "");
    return error.message();
  }
  ADD_FAILURE() << "taken: " << user_data.substr(0, 100);
  return "";
}

TEST(UserPart, IsKnownByItsFirstLine) {
  for (const std::string text :
       {"#cloud-config\na: 1\n", "#!/bin/sh\n", "#include\nhttp://x\n", "#include-once\nhttp://x\n",
        "#cloud-boothook\n", "#part-handler\n", "#cloud-config-archive\n- x\n", "#cloud-config-jsonp\n[]\n",
        "## template: jinja\n#cloud-config\n", "\n  #CLOUD-CONFIG\n", "#cloud-config\r\na: 1\r\n",
        "#cloud-config\n# ü\n"}) {
    const auto part = user_part(text);
    EXPECT_EQ(part.headers.size(), 2U) << text;
    std::string joined;
    for (const auto line : split(part.content, '\n')) joined += line;
    EXPECT_EQ(joined, base64(text));
  }
}

TEST(UserPart, StaysAMimeMessage) {
  for (const std::string text :
       {"MIME-Version: 1.0\nContent-Type: text/cloud-config\n\na: 1\n",
        "Content-Type: multipart/mixed; boundary=\"x\"\nMIME-Version: 1.0\n\n--x--\n",
        "From nobody Thu Jan  1 00:00:00 1970\nMime-version: 1.0\n\n#!/bin/sh\n"}) {
    const auto part = user_part(text);
    EXPECT_TRUE(part.headers.empty());
    EXPECT_EQ(part.content, text);
  }
}

TEST(UserPart, IsNoMimeMessageForMentioningMime) {
  EXPECT_EQ(user_part("#cloud-config\n# MIME-Version: 1.0\n").headers.size(), 2U);
}

TEST(UserPart, IsUnpacked) {
  EXPECT_EQ(user_part(gzipped("#cloud-config\na: 1\n")).content, base64("#cloud-config\na: 1\n", 76));
  EXPECT_EQ(user_part(gzipped("MIME-Version: 1.0\n\n#!x\n")).content, "MIME-Version: 1.0\n\n#!x\n");
}

TEST(UserPart, IsRefusedWhenCloudInitWouldIgnoreIt) {
  EXPECT_THAT(refusal_of("#cloud_config\na: 1\n"), HasSubstr("it begins with '#cloud_config'"));
  EXPECT_THAT(refusal_of("packages: [vim]\n"), HasSubstr("it begins with 'packages: [vim]'"));
  EXPECT_THAT(refusal_of("\x1b[2J\n"), HasSubstr("'\\x1b[2J'"));
  EXPECT_THAT(refusal_of(" \n\n"), HasSubstr("it is blank"));
  EXPECT_THAT(refusal_of("\nMIME-Version: 1.0\n\n#!/bin/sh\n"), HasSubstr("it begins with 'MIME-Version"));
}

TEST(UserPart, IsRefusedWhenItIsNoText) {
  EXPECT_THAT(refusal_of("#!/bin/sh\n\xff\xfe"), HasSubstr("not UTF-8"));
  EXPECT_NE(refusal_of("\x1f\x8b broken"), "");
  EXPECT_NE(refusal_of("\x1f\x8b"), "");
  const auto whole = gzipped("#!/bin/sh\n" + std::string(10000, 'x'));
  EXPECT_THAT(refusal_of(whole.substr(0, whole.size() / 2)), HasSubstr("cannot be unpacked"));
}

TEST(UserPart, HasALimit) {
  const std::string start = "#!/bin/sh\n";
  const auto most = start + std::string(user_data_limit - start.size(), 'x');
  EXPECT_FALSE(user_part(most).content.empty());
  EXPECT_THAT(refusal_of(most + 'x'), HasSubstr("larger than 512 KiB"));
  constexpr std::size_t fifty_megabytes = 50'000'000;
  EXPECT_THAT(refusal_of(gzipped(start + std::string(fifty_megabytes, 'x'))),
              HasSubstr("larger than 512 KiB unpacked"));
}

struct RefusedConfig {
  const char* text;
  const char* place;
  const char* reason;
};

TEST(UserPart, RefusesWhatCloudInitCannotRead) {
  for (const auto& [text, place, reason] : {
           RefusedConfig{"#cloud-config\n\tpackages: [vim]\n", "user-data:2:1: ", "cannot read this YAML"},
           {"#cloud-config\npackages:\n\t- vim\n", "user-data:3:1: ", "cannot read this YAML"},
           {"#cloud-config\npackages: [vim\nb: 2\n", "user-data:3:2: ", "cannot read this YAML"},
           {"#cloud-config\na: *gone\n", "user-data:2:4: ", "undefined alias"},
           {"#cloud-config\nü: {ä: }}\n", "user-data:2:9: ", "cannot read this YAML"},
           {"#cloud-config\n- vim\n", "user-data:2:1: ", "must be a mapping"},
           {"#cloud-config\njust words\n", "user-data:2:1: ", "must be a mapping"},
           {"#cloud-config\na: 1\n---\nb: 2\n", "user-data:4:1: ", "a second"},
           {"#cloud-config\nusers: anna\n", "user-data:2:8: ", "`users` must be a list"},
           {"#cloud-config\nusers: {anna: true}\n", "user-data:2:8: ", "`users` must be a list"},
           {"#cloud-config\nusers:\n", "user-data:2:7: ", "`users` must be a list"},
           {"#cloud-config\nusers:\n- anna\n-\n", "user-data:4:2: ", "must be a name or a mapping"},
           {"#cloud-config\nusers: [7]\n", "user-data:2:9: ", "must be a name or a mapping"},
       }) {
    const auto refusal = refusal_of(text);
    EXPECT_TRUE(refusal.starts_with(place)) << refusal;
    EXPECT_THAT(refusal, HasSubstr(reason)) << text;
    EXPECT_THAT(refusal, HasSubstr("^")) << "it shows the column";
  }
  EXPECT_THAT(refusal_of(gzipped("#cloud-config\n- vim\n")), HasSubstr("user-data:2:1: "));
}

TEST(UserPart, TakesWhatCloudInitCanRead) {
  for (const std::string text :
       {"#cloud-config\n", "#cloud-config\n{}\n", "#cloud-config\na: &x [1]\nb: *x\n",
        "#cloud-config\na: 1\n...\n", "#cloud-config\nusers:\n- default\n- name: anna\n- [berta, carl]\n",
        "#cloud-config\nusers: []\n", "#cloud-config-archive\n- type: text/cloud-config\n",
        "## template: jinja\n#cloud-config\n{% if x %}\n"}) {
    EXPECT_NO_THROW(user_part(text)) << text;
  }
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += fmt::format(fmt::runtime(text), i);
  return out;
}

// Each is read in quadratic time: a failure here is a test that does not end.
TEST(UserPart, RefusesWhatTakesVeryLongToRead) {
  const std::string start = "#cloud-config\n";
  constexpr std::size_t many = 40'000;
  for (const auto& [text, place, reason] :
       {std::tuple{start + "a: " + std::string(10 * many, '['), "user-data:2:103: ", "more than 100 levels"},
        {start + "a: " + std::string(10 * many, '{'), "user-data:2:103: ", "more than 100 levels"},
        {start + repeated("- ", many), "user-data:2:201: ", "more than 100 levels"},
        {start + repeated("? ", many), "user-data:2:201: ", "more than 100 levels"},
        {start + "a: 1\n---\nb: " + std::string(10 * many, '['), "user-data:4:103: ", "more than 100 levels"},
        {start + "a: 1\n---\n" + repeated("a{0}: &a{0} 1\n", many / 2), "user-data:1004:8: ", "1000 anchors"},
        {repeated("%TAG !a{}! x\n", many / 2), "user-data:", "100 directives"}}) {
    const auto refusal = refusal_of(text.starts_with('#') ? text : start + text);
    EXPECT_TRUE(refusal.starts_with(place)) << refusal;
    EXPECT_THAT(refusal, HasSubstr(reason));
    EXPECT_LT(refusal.size(), 1000U) << "it shows a part of a long line";
  }
}

TEST(UserPart, TakesAFairDepth) {
  const std::string fair(90, '[');
  EXPECT_NO_THROW(user_part("#cloud-config\na: " + fair + std::string(90, ']') + "\n"));
  EXPECT_NO_THROW(user_part("#cloud-config\n" + repeated("a{0}: &a{0} {{b: [1]}}\n", 900)));
}

TEST(UserPart, TellsWhetherTheGuestReboots) {
  EXPECT_EQ(power_state_of("#cloud-config\npower_state: {mode: reboot}\n"), PowerState::reboot);
  EXPECT_EQ(power_state_of("#cloud-config\npower_state: {mode: reboot, condition: test -e /x}\n"),
            PowerState::maybe_reboot);
  for (const std::string text :
       {"#cloud-config\npower_state: {mode: poweroff}\n", "#cloud-config\npower_state: reboot\n",
        "#cloud-config\n", "#!/bin/sh\nreboot\n"}) {
    EXPECT_EQ(power_state_of(text), PowerState::other) << text;
  }
}

}  // namespace
}  // namespace nocloud::test
