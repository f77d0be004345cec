#!/usr/bin/python3
"""A download onto a disk that fills up. Needs root, to mount a small one."""

import subprocess

import tool
from fetch import FAILED, FetchCase


class FullDisk(FetchCase):
    def test_it_is_told_with_the_remedy(self) -> None:
        small = self.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", small], capture_output=True, text=True)
        if mounted.returncode:
            self.skipTest(f"no small disk can be mounted: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        self.file = small / "disk"
        # This server tells no length: nobody can know before.
        self.assert_refused(self.fetch("/chunked"), FAILED, "no space is left", "XDG_CACHE_HOME")


if __name__ == "__main__":
    tool.main()
