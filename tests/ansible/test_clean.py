#!/usr/bin/python3
"""The collection as built is clean by Ansible's own checks, those that need no network.

    test_clean.py COLLECTION EXAMPLES
"""

import importlib.metadata
import importlib.util
import json
import shutil
import sys
import unittest
from pathlib import Path

import copied_collection

# Of these the ones that this ansible-core has: later ones have dropped what only Python 2 needed.
# Without those that would install something first: each of Ansible's sanity tests that has requirements of its own.
SANITY = ("action-plugin-docs", "compile", "empty-init", "future-import-boilerplate", "line-endings", "metaclass-boilerplate",
          "no-assert", "no-basestring", "no-dict-iteritems", "no-dict-iterkeys", "no-dict-itervalues", "no-get-exception",
          "no-illegal-filenames", "no-main-display", "no-smart-quotes", "no-unicode-literals", "replace-urlopen", "shebang",
          "symlinks", "use-argspec-type-path", "use-compat-six")


def ansible_core() -> tuple[int, ...]:
    """Its version, (0,) if it is not here."""
    found = importlib.util.find_spec("ansible")
    return tuple(map(int, importlib.metadata.version("ansible-core").split(".")[:2])) if found else (0,)


class Clean(copied_collection.Case):
    examples = Path()

    def run_here(self, *words: str | Path, at: Path, **more: str) -> str:
        done = self.run_program(*words, at=at, **more)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        return done.stdout

    @unittest.skipUnless(shutil.which("ansible-lint"), "there is no ansible-lint here")
    def test_is_clean_under_ansible_lint(self) -> None:
        examples = self.folder / "examples"
        shutil.copytree(self.examples, examples)
        # A later ansible-lint counts Debian 12's ansible-core as one that is no longer supported. We support it.
        known = ("--skip-list", "meta-runtime[unsupported-version]")
        for place in (self.collection, examples):
            self.run_here("ansible-lint", "--offline", "--profile", "production", "--nocolor", *known, at=place)

    @unittest.skipUnless(shutil.which("ansible-test"), "there is no ansible-test here")
    def test_is_clean_under_the_sanity_tests(self) -> None:
        offered = self.run_here("ansible-test", "sanity", "--list-tests", at=self.collection).split()
        names = [name for name in SANITY if name in offered]
        self.assertGreater(len(names), len(SANITY) / 2, offered)
        chosen = [word for name in names for word in ("--test", name)]
        ours = f"{sys.version_info.major}.{sys.version_info.minor}"
        self.run_here("ansible-test", "sanity", "--python", ours, *chosen, at=self.collection)

    @unittest.skipUnless(importlib.util.find_spec("ansible_test") and importlib.util.find_spec("voluptuous"),
                         "there is no validate-modules here")
    @unittest.skipIf(ansible_core() >= (2, 18) and not importlib.util.find_spec("antsibull_docs_parser"),
                     "this ansible-core's validate-modules needs antsibull_docs_parser, which is not here")
    def test_documentation_and_arguments_are_valid(self) -> None:
        found = importlib.util.find_spec("ansible_test")
        checker = Path(next(iter(found.submodule_search_locations))) / "_util/controller/sanity/validate-modules"
        for module in sorted(self.collection.glob("plugins/modules/*.py")):
            # What it imports has to be a package for it, which a collection for Ansible need not be.
            out = self.run_here(sys.executable, checker / "validate.py", "--format", "json", "--arg-spec",
                                "--collection", self.collection.relative_to(self.folder), module.relative_to(self.collection),
                                at=self.collection, PYTHONPATH=f"{checker}:{self.folder}")
            self.assertEqual(json.loads(out), {}, module.name)


if __name__ == "__main__":
    Clean.examples = Path(sys.argv.pop()).resolve()
    Clean.built = Path(sys.argv.pop()).resolve()
    unittest.main()
