#!/usr/bin/python3
"""A download from which nothing more comes. Takes some minutes: scripts/test --full runs it."""

import os
import unittest

import tool
from bad_server import PIECE
from fetch import TIMED_OUT, FetchCase


class Stalled(FetchCase):
    @unittest.skipUnless("NOCLOUD_FULL" in os.environ, "it is long: scripts/test --full runs it")
    def test_it_ends_by_itself(self) -> None:
        for path, kept in (("/stalled", PIECE), ("/silent", 0)):
            with self.subTest(path):
                self.assert_refused(self.fetch(path), TIMED_OUT, "Try again later")
                self.assertEqual(self.file.stat().st_size if self.file.exists() else 0, kept)


if __name__ == "__main__":
    tool.main()
