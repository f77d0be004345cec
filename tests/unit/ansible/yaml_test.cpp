#include "ansible_collection/src/module/yaml.hpp"

#include <gtest/gtest.h>

namespace nocloud::ansible {
namespace {

using nlohmann::ordered_json;

std::string yaml_of(const char* json) {
  return yaml_text(ordered_json::parse(json));
}

TEST(Yaml, NestsBlocks) {
  EXPECT_EQ(yaml_of(R"({"b": {"a": 1, "c": ["x", "y z"]}, "d": []})"),
            "b:\n  a: 1\n  c:\n    - x\n    - \"y z\"\nd: []\n");
  EXPECT_EQ(yaml_of(R"([{"a": 1, "b": {"c": 2}}, {"d": 3}])"), "- a: 1\n  b:\n    c: 2\n- d: 3\n");
}

TEST(Yaml, QuotesWhatWouldBeReadOtherwise) {
  EXPECT_EQ(yaml_of(R"({"a": "yes", "b": "1", "c": "x: y", "d": "", "e": "no", "f": true, "g": null})"),
            "a: \"yes\"\nb: \"1\"\nc: \"x: y\"\nd: \"\"\ne: \"no\"\nf: true\ng: null\n");
}

}  // namespace
}  // namespace nocloud::ansible
