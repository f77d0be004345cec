#include <gtest/gtest.h>

#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "support/golden.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

using namespace std::string_literals;

const std::string stem_61(61, 'a');
const std::string seventeen_disks = "a:1:t:dsk=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1";

/// Each wrong in one way.
const std::vector<std::pair<std::string_view, std::string>> wrong_specs{
    {"fields that are missing", "debian8"},
    {"a field that is missing", "debian8:2 # the type"},
    {"a field too many", "debian8:2:web:mem=64:cpu=1"},
    {"no template", ":2:web"},
    {"no count", "debian8::web"},
    {"no type", "debian8:2: "},
    {"no option", "debian8:2:web:"},
    {"a template of another case", "Debian8:2:web"},
    {"a template that leads elsewhere", "../etc/passwd:2:web"},
    {"a count that is none", "debian8:two:web"},
    {"a count below the least", "debian8:0:web"},
    {"a count above the most", "debian8:1001:web"},
    {"a negative count", "debian8:-1:web"},
    {"a count beyond all numbers", "debian8:1000000000000000000000:web"},
    {"a type that starts with a digit", "debian8:1:2web"},
    {"a type that is reserved", "debian8:1:all"},
    {"the third line", "# two fine ones\ndebian8:1:web\ndebian8:1:web:ram=512\n"},
    {"an unknown option", "debian8:1:web:mem=64;Mem=64"},
    {"an option without a value", "debian8:1:web:mem"},
    {"an option with an empty value", "debian8:1:web:mem="},
    {"an empty name", "debian8:1:web:name="},
    {"an empty option", "debian8:1:web:mem=64;;cpu=1"},
    {"an option that ends with nothing", "debian8:1:web:mem=64;"},
    {"an option twice", "debian8:1:web:mem=64;cpu=1;mem=64"},
    {"disks twice", "debian8:1:web:dsk=1;dsk=1"},
    {"a name twice", "debian8:1:web:name=a;name=b"},
    {"memory with an odd unit", "debian8:1:web:mem=1x"},
    {"memory below the least", "debian8:1:web:mem=31"},
    {"no CPUs", "debian8:1:web:cpu=0"},
    {"too many CPUs", "debian8:1:web:cpu=513"},
    {"a disk of no size", "debian8:1:web:dsk=5,0"},
    {"a disk above the largest", "debian8:1:web:dsk=65537"},
    {"an empty disk", "debian8:1:web:dsk=5,,5"},
    {"too many disks", seventeen_disks},
    {"a name that is none", "debian8:1:web:name=Web"},
    {"a name that is a command", "debian8:1:web:name=a$(id)"},
    {"a name that its number makes too long", "a:101:t:name=" + stem_61},
    {"a comment that is none", "debian8:1:web:name=web#1"},
    {"a blank within a field", "debian8:1:web server"},
    {"tabs before the place", "\tdebian8\t:\t1:\tweb:\tram=1"},
    {"a line from elsewhere", "debian8:1:w\x1b[2Jeb"},
    {"a zero byte", "debian8:1:web\0"s},
    {"no UTF-8", "# gr\xfcn"},
    {"UTF-8 before the place", "# grün \xff"},
    {"a C1 control character", "debian8:1:web # \xc2\x9b"},
    {"a carriage return within a line", "debian8:1:web\rdebian8:1:sql"},
    {"one name by two ways", "a:101:t:name=web\n\na:1:t:name=web1\n"},
    {"types that are one to Ansible", "a:1:x-y:name=a\na:1:x_y:name=b"},
};

TEST(SpecErrors, tell_place_reason_and_remedy) {
  std::string told;
  for (const auto& [what, text] : wrong_specs) {
    const auto error =
        test::refusal_of([&text = text] { read_spec(text, "pftest", GroupName::parse("pftest")); });
    EXPECT_FALSE(error.hint().empty()) << what;
    told += fmt::format("== {} (exit {})\n{}\nhint: {}\n\n", what, static_cast<int>(error.kind()),
                        error.message(), error.hint());
  }
  EXPECT_EQ(printable(told, Newlines::keep), told) << "nothing of a file reaches the terminal raw";
  test::expect_golden("model/spec_errors.txt", told);
}

}  // namespace
}  // namespace nocloud
