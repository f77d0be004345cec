#include "nocloud/image/source/kernel_file.hpp"

#include <string>

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;

TEST(KernelFile, is_a_bzimage_or_an_elf_file) {
  EXPECT_NO_THROW(check_kernel_head(std::string(0x202, '\0') + "HdrS"));
  EXPECT_NO_THROW(
      check_kernel_head("\x7f"
                        "ELF\2\1\1"));
  for (const auto& head : {std::string(0x202, '\0') + "Hdr", std::string("#!/bin/sh"), std::string(600, 'x'),
                           std::string("HdrS"), std::string()}) {
    EXPECT_EQ(refusal_of([&head] { check_kernel_head(head); }).kind(), ErrorKind::invalid_input);
  }
}

TEST(CommandLine, is_one_line_of_text_that_a_kernel_takes) {
  for (const auto& fine :
       {std::string(), std::string("root=LABEL=x ro console=ttyS0 name=\"a b\""), std::string(2047, 'x')}) {
    EXPECT_NO_THROW(check_command_line(fine));
  }
  for (const auto& bad :
       {std::string(2048, 'x'), std::string("a\nb"), std::string("a\0b", 3), std::string("\xff")}) {
    EXPECT_EQ(refusal_of([&bad] { check_command_line(bad); }).kind(), ErrorKind::invalid_input);
  }
}

}  // namespace
}  // namespace nocloud
