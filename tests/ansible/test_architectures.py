#!/usr/bin/python3
"""Ansible runs the program of the target's architecture, and says so where the collection has none.

    test_architectures.py COLLECTION
"""

import json
import platform
import shutil
import sys
import unittest
from pathlib import Path

import copied_collection

HERE = platform.machine()
# Not text at its start, as Ansible tells programs.
STAND_IN = b"""#!/bin/sh
echo '{"changed": false, "msg": "%s"}'
exit
\0\1\2"""


@unittest.skipUnless(shutil.which("ansible"), "there is no ansible here")
class Architectures(copied_collection.Case):
    ansible: tuple[str | Path, ...] = ("ansible",)

    def add_program(self, machine: str, content: bytes) -> None:
        program = self.collection / f"libexec/linux-{machine}/vm_info"
        program.parent.mkdir(exist_ok=True)
        program.unlink(missing_ok=True)
        program.write_bytes(content)
        program.chmod(0o755)

    def task(self, *words: str) -> dict:
        """What a task's module says; its target says it is of another architecture where `words` let it."""
        done = self.run_program(*self.ansible, "localhost", "-m", "nocloud.kvm.vm_info", "-a", "uri=test:///default", *words,
                                at=self.folder, ANSIBLE_LOAD_CALLBACK_PLUGINS="1", ANSIBLE_STDOUT_CALLBACK="json")
        self.assertNotIn("Traceback", done.stdout + done.stderr)
        return json.loads(done.stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"]

    def test_with_one_program_there_is_no_choice(self) -> None:
        self.assertEqual(self.task()["vms"], [])
        self.assertEqual(self.task("-e", "ansible_architecture=riscv64")["vms"], [])

    def test_the_targets_program_is_taken(self) -> None:
        self.add_program("riscv64", STAND_IN % b"it is the other")
        self.assertEqual(self.task("-e", "ansible_architecture=riscv64")["msg"], "it is the other")
        self.assertEqual(self.task()["vms"], [], "uname tells")
        self.assertEqual(self.task("-e", f"ansible_architecture={HERE}")["vms"], [])

    def test_what_it_has_no_program_for_is_an_error_with_a_remedy(self) -> None:
        self.add_program("riscv64", STAND_IN % b"it is the other")
        done = self.task("-e", "ansible_architecture=sparc64")
        self.assertTrue(done["failed"])
        self.assertIn(f"no program for sparc64, only for riscv64 and {HERE}", done["msg"])

    def test_a_program_that_the_target_cannot_execute_is_told(self) -> None:
        (self.collection / f"libexec/linux-{HERE}/nocloud-ansible").write_bytes(b"\x7fELF\0\0")
        shutil.move(self.collection / f"libexec/linux-{HERE}", self.collection / "libexec/linux-riscv64")
        for link in self.collection.glob("plugins/modules/*"):
            if link.is_symlink():
                link.unlink()
                link.symlink_to("../../libexec/linux-riscv64/nocloud-ansible")
        self.assertIn(f"no program for {HERE}, only for riscv64", self.task()["msg"])


class ArchitecturesWithNewerAnsible(Architectures):
    """The same where ansible-core configures modules as 2.19 and later do."""

    ansible = ("/usr/bin/python3", Path(__file__).parent / "newer_ansible.py")


if __name__ == "__main__":
    Architectures.built = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
