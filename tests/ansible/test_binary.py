#!/usr/bin/python3
"""The modules' program needs nothing on its target but glibc and libvirt, and shows nobody its libraries.

    test_binary.py PROGRAM
"""

import re
import subprocess
import sys
import unittest

ALLOWED = {"libc.so.6", "libm.so.6", "libvirt.so.0", "libvirt-qemu.so.0"}
LARGEST = 20 << 20  # Galaxy's limit for a whole collection, which is packed


class Binary(unittest.TestCase):
    program = ""

    def output_of(self, *command: str) -> str:
        return subprocess.run([*command, self.program], check=True, capture_output=True, text=True).stdout

    def test_needs_nothing_but_glibc_and_libvirt(self) -> None:
        needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", self.output_of("readelf", "-dW")))
        self.assertIn("libvirt.so.0", needed)
        loader = {name for name in needed if name.startswith("ld-linux")}
        self.assertEqual(needed - ALLOWED - loader, set())

    def test_has_no_path_to_libraries_of_this_machine(self) -> None:
        self.assertNotRegex(self.output_of("readelf", "-dW"), r"\((RPATH|RUNPATH)\)")

    def test_exports_nothing(self) -> None:
        symbols = self.output_of("nm", "-D", "--defined-only").splitlines()
        # glibc's own data, of which the linker puts a copy into every program that uses it.
        ours = [line for line in symbols if not re.search(r" [BV] \w+@GLIBC_", line)]
        self.assertEqual(ours, [])

    def test_is_small_enough_to_be_copied_for_each_task(self) -> None:
        sizes = self.output_of("size").splitlines()[1].split()
        self.assertLess(int(sizes[0]) + int(sizes[1]), LARGEST)


if __name__ == "__main__":
    Binary.program = sys.argv.pop(1)
    unittest.main()
