#include "nocloud/model/answers.hpp"

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

using Kind = Answers::Kind;

TEST(Answers, AreKnownByTheirContent) {
  EXPECT_EQ(Answers::parse("# comment\n\nd-i debian-installer/locale string C\n").kind(), Kind::preseed);
  EXPECT_EQ(Answers::parse("  d-i\tpasswd/root-login boolean false").kind(), Kind::preseed);
  EXPECT_EQ(Answers::parse("text\nrootpw --lock\n%packages\n%end\n").kind(), Kind::kickstart);
  EXPECT_EQ(Answers::parse("#cloud-config\r\nautoinstall:\r\n  version: 1\r\n").kind(), Kind::autoinstall);
}

TEST(Answers, KeepTheText) {
  const std::string text = "d-i a/b string c\nd-i d/e boolean true\n";
  EXPECT_EQ(Answers::parse(text).text(), text);
}

TEST(Answers, RefuseWhatNoInstallerTakes) {
  for (const auto* text : {"", "\n", "#cloud-config\nusers: []\n", "#cloud-config\n# autoinstall:\n",
                           "Dear installer,\nplease go on.\n", "# d-i a/b string c\n", "d-i\xff\n"}) {
    const auto error = refusal_of([&] { Answers::parse(text); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << text;
    EXPECT_NE(error.hint(), "");
  }
  EXPECT_EQ(refusal_of([] { Answers::parse(std::string("d-i a\0b\n", 8)); }).kind(),
            ErrorKind::invalid_input);
}

TEST(Answers, AreFoundInTheInitrdOrOnADisk) {
  EXPECT_NE(command_line_for(Kind::preseed).find(file_for(Kind::preseed)), std::string_view::npos);
  EXPECT_NE(command_line_for(Kind::kickstart).find(file_for(Kind::kickstart)), std::string_view::npos);
  EXPECT_EQ(file_for(Kind::autoinstall), "");
}

}  // namespace
}  // namespace nocloud::test
