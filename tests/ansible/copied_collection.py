"""The collection as built, copied for a case that may change it."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path


class Case(unittest.TestCase):
    built = Path()

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="nocloud-collection-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.collection = self.folder / "ansible_collections/nocloud/kvm"
        shutil.copytree(self.built, self.collection, symlinks=True)

    def run_program(self, *words: str | Path, at: Path, **more: str) -> subprocess.CompletedProcess:
        """Runs a program of Ansible's, which finds the copy; `more` is added to the environment."""
        return subprocess.run(words, cwd=at, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "HOME": str(self.folder), "ANSIBLE_COLLECTIONS_PATH": str(self.folder), **more})
