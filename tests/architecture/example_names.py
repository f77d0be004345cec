"""No two examples make a VM of one name: who tries one after the other loses nothing.

    example_names.py TOP
"""

import re
import sys
import unittest
from pathlib import Path

STEM = "([a-z][a-z-]*)"
# A description's name=web, Terraform's format("web%02d") and "web00", Ansible's {name: web}.
MADE = re.compile(rf'[:;]name={STEM}|name *= *(?:format\()?"{STEM}(?:%02d|\d\d)"|\{{[^}}]*\bname: {STEM}', re.ASCII)
MAKERS = {"first": ["examples/pftest"], "ansible": ["examples/ansible/site.yml"], "terraform": ["examples/terraform/main.tf"],
          "external": ["examples/terraform-external/depot"]}


def names(text: str) -> set[str]:
    return {next(filter(None, found.groups())) for found in MADE.finditer(re.sub(r"\{\{.*?\}\}", "", text))}


class ExampleNames(unittest.TestCase):
    top = Path()

    def test_no_two_share_a_name(self) -> None:
        found = {example: set().union(*(names((self.top / path).read_text()) for path in paths)) for example, paths in MAKERS.items()}
        for example, made in found.items():
            self.assertEqual(len(made), 2, f"{example}: {made}")
        self.assertEqual(len(set().union(*found.values())), 2 * len(found), found)


if __name__ == "__main__":
    ExampleNames.top = Path(sys.argv.pop(1))
    unittest.main()
