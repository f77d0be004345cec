#!/usr/bin/python3
"""Disks that fill up. Needs root, to mount small ones."""

import os
import subprocess
from pathlib import Path

import tool
from fetch import UNAVAILABLE, FetchCase


class FullDisk(FetchCase):
    def small_disk(self) -> Path:
        """A folder with room for 2 MB."""
        small = self.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", small], capture_output=True, text=True)
        if mounted.returncode:
            self.skipTest(f"no small disk can be mounted: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        return small

    def test_of_a_download_is_told_with_the_remedy(self) -> None:
        self.file = self.small_disk() / "disk"
        # This server tells no length: nobody can know before.
        self.assert_refused(self.fetch("/chunked"), UNAVAILABLE, "no space is left", "XDG_CACHE_HOME")

    def test_of_the_temporary_folder_is_told_with_the_remedy(self) -> None:
        image = self.write("disk.raw", os.urandom(3 << 20))
        words = ["vmtemplate", "--import", image, "-n", "mine"]
        done = self.run_tool(words, {"TMPDIR": str(self.small_disk())}, text=True)
        self.assert_refused(done, UNAVAILABLE, "No space left on device", "TMPDIR")


if __name__ == "__main__":
    tool.main()
