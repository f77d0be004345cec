#pragma once

#include "nocloud/program/tool.hpp"

namespace nocloud::test {

/// A tool that has something of everything.
inline ToolSpec sample_tool() {
  return {.name = "vmsample",
          .summary = "One sentence.",
          .synopses = {"-n NAME [OPTION…]", "WORD…"},
          .options =
              {{.name = "name",
                .letter = 'n',
                .value = "NAME",
                .help = "the VM's name",
                .candidates = Candidates::vms},
               {.name = "file", .value = "FILE", .help = "a file: [any]", .candidates = Candidates::files},
               {.name = "owner", .value = "USER|any", .help = "whose", .source = OptionSpec::Source::setting},
               {.name = "dry-run", .help = "say what would be done"}},
          .words = ToolSpec::Words::anywhere,
          .word_candidates = Candidates::templates,
          .examples = {{"vmsample -n web00", "what it does"}}};
}

}  // namespace nocloud::test
