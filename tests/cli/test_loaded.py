#!/usr/bin/python3
"""Which libraries a program loads before it does anything."""

import subprocess

import tool


class Loaded(tool.Case):
    def libraries_of(self, program: str) -> str:
        """As the dynamic linker tells them, which runs nothing of the program."""
        done = subprocess.run([self.binaries / program], env={"LD_TRACE_LOADED_OBJECTS": "1"}, check=True, stdout=subprocess.PIPE,
                              text=True)
        self.assertIn("libc.so", done.stdout)
        return done.stdout

    def test_what_a_shell_waits_for_loads_no_libvirt(self) -> None:
        self.assertNotIn("libvirt", self.libraries_of("nocloud"))

    def test_a_download_loads_no_libvirt(self) -> None:
        self.assertNotIn("libvirt", self.libraries_of("../libexec/nocloud/nocloud-fetch"))

    def test_what_works_with_a_host_does(self) -> None:
        self.assertIn("libvirt", self.libraries_of("vminstantiate"))


if __name__ == "__main__":
    tool.main()
