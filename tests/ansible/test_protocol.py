#!/usr/bin/python3
"""How the modules' program speaks to Ansible: whatever it is given, one JSON object and an exit status.

    test_protocol.py PROGRAM
"""

import contextlib
import fcntl
import json
import os
import pty
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))
from run import environment  # noqa: E402
from tool import NODE, Case, lock_path, world_of  # noqa: E402

MODULES = ("group", "template", "vm", "vm_info")

# Runs a module in Python as Ansible does. Since 2.19 it has to say in which form arguments and results are, too.
AS_ANSIBLE = """
import runpy, sys
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = b'{"ANSIBLE_MODULE_ARGS": {}}'
basic._ANSIBLE_PROFILE = "legacy"
runpy.run_path(sys.argv[1], run_name="__main__")
"""


class Protocol(Case):
    program = Path()

    def file_of(self, arguments: object) -> str:
        path = self.folder / "arguments"
        path.write_bytes(arguments if isinstance(arguments, bytes) else json.dumps(arguments).encode())
        return str(path)

    def run_program(self, words: list[str], **options: object) -> subprocess.CompletedProcess:
        options = {"stdin": subprocess.DEVNULL, **options}
        return subprocess.run(words, cwd=self.folder, env=environment(self.program.parent, self.folder), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, **options)

    def result_of(self, done: subprocess.CompletedProcess) -> dict:
        result = json.loads(done.stdout.decode("utf-8", errors="strict"))
        self.assertIsInstance(result, dict)
        self.assertEqual(done.stdout.count(b"\n"), 1)
        self.assertEqual(done.returncode, 1 if result.get("failed") else 0, done)
        self.assertIn("total", result["timings"])
        self.assertNotIn("invocation", result)
        return result

    def answer(self, module: str, arguments: object) -> dict:
        return self.result_of(self.run_program([str(self.program), module, self.file_of(arguments)]))

    def refused(self, module: str, arguments: object) -> str:
        result = self.answer(module, arguments)
        self.assertTrue(result.get("failed"), result)
        self.assertTrue(result["msg"])
        self.assertNotIn("defect of nocloud", result["msg"])
        return result["msg"]

    def write_world(self, names: list[str]) -> None:
        (self.folder / "node.xml").write_text(world_of(names))

    def test_the_module_follows_from_the_name_it_is_run_by(self) -> None:
        for name in ("AnsiballZ_vm_info", "vm_info"):
            copy = self.folder / name
            shutil.copy(self.program, copy)
            result = self.result_of(self.run_program([str(copy), self.file_of({})]))
            self.assertEqual(result["vms"], [])
            self.assertFalse(result["changed"])

    def test_arguments_may_come_on_standard_input(self) -> None:
        done = self.run_program([str(self.program), "vm_info"], stdin=None, input=b'{"state": "running"}')
        self.assertEqual(self.result_of(done)["vms"], [])

    def test_tells_vms_with_all_keys_and_no_file(self) -> None:
        self.write_world(["web00", "web01"])
        result = self.answer("vm_info", {"owner": "any", "names": "web01"})
        self.assertEqual([vm["name"] for vm in result["vms"]], ["web01"])
        vm = result["vms"][0]
        for key in ("uuid", "group", "type", "template", "owner", "state", "memory_mib", "cpus", "disks_gib", "networks",
                    "mac", "ip", "host", "port", "via", "user", "host_key"):
            self.assertIn(key, vm)
        self.assertNotIn(str(self.folder), json.dumps(result))

    def test_absent_of_nothing_changes_nothing(self) -> None:
        result = self.answer("vm", {"name": "web00", "state": "absent", "_ansible_check_mode": False})
        self.assertEqual((result["changed"], result["state"]), (False, "absent"))
        self.assertNotIn("diff", result)

    def test_diff_only_where_it_is_asked_for(self) -> None:
        arguments = {"name": "web00", "state": "absent", "_ansible_diff": True, "_ansible_check_mode": True}
        self.assertEqual(set(self.answer("vm", arguments)["diff"]), {"before", "after", "before_header", "after_header"})

    def test_anothers_vm_is_a_conflict_that_names_the_owner(self) -> None:
        self.write_world(["web00"])
        for state in ("absent", "started", "stopped"):
            self.assertIn("eva@far", self.refused("vm", {"name": "web00", "state": state}))

    def test_a_missing_template_comes_with_the_remedy(self) -> None:
        message = self.refused("vm", {"name": "web00", "template": "debian12"})
        self.assertIn("there is no template 'debian12'", message)
        self.assertIn("\n", message)

    def test_bad_connections(self) -> None:
        for uri in ("nonsense", "qemu+ssh://", "test:///no/such/file", "", "-x", "a b", "qemu:///system?x=\x01"):
            with self.subTest(uri):
                self.refused("vm_info", {"uri": uri})

    def test_bad_arguments(self) -> None:
        texts = ("", "..", "a/b", "A", "a b", "a\nb", "\x1b[2J", "ä", "x" * 300, "{{ x }}", "$(id)", "'", "\u0000", "-a",
                 "%s", "{}", "all", "localhost", [], {}, [["a"]], True, 1.5, -1, 10**30)
        for text in texts:
            with self.subTest(text):
                self.refused("vm", {"name": text, "template": "debian12", "state": "started"})
                self.refused("vm", {"name": "web00", "template": text})
                self.refused("vm", {"name": "web00", "template": "debian12", "state": text})
                self.refused("vm", {"name": "web00", "template": "debian12", "cpus": text})
                self.refused("group", {"name": "pftest", "description": [{"template": text}]})
                self.refused("template", {"name": text, "import": "x"})

    def test_unknown_arguments(self) -> None:
        for module in MODULES:
            message = self.refused(module, {"nonsense": 1, "name": "a", "_ansible_module_name": f"nocloud.kvm.{module}",
                                            **({"state": "absent"} if module != "vm_info" else {})})
            self.assertRegex(message, rf"^Unsupported parameters for \(nocloud.kvm.{module}\) module: .*nonsense"
                                      r"\. Supported parameters include: .*uri")

    def test_broken_files(self) -> None:
        deep = b'{"name": ' + b"[" * 1_000_000
        for text in (b"", b" ", b"{", b"[]", b"null", b"\xff", b'{"name": "\xff"}', b'{"name": "a"} x', b"\0", deep,
                     b'{"name": NaN}', b"name=web00", b'{"x": "' + b"x" * (9 << 20) + b'"}'):
            with self.subTest(text[:20]):
                self.refused("vm", text)

    def test_files_that_are_none(self) -> None:
        for path in (str(self.folder), "/no/such/file", "", "/dev/zero"):
            with self.subTest(path):
                result = self.result_of(self.run_program([str(self.program), "vm", path]))
                self.assertTrue(result["failed"])

    def test_nothing_secret_is_said(self) -> None:
        for extra in ({"cpus": "x"}, {"template": "none"}, {"nonsense": 1}, {"networks": ["x"]}):
            arguments = {"name": "web00", "user_data": "#cloud-config\npassword: swordfish", **extra}
            self.assertNotIn("swordfish", self.refused("vm", arguments))

    def test_says_what_it_is_to_a_person(self) -> None:
        master, slave = pty.openpty()
        for words in ([], ["vm"], ["nonsense"]):
            done = self.run_program([str(self.program), *words], stdin=slave)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"Ansible collection", done.stderr)
        os.close(slave)
        os.close(master)

    def test_ends_at_a_signal(self) -> None:
        """While it waits for arguments nothing is held, so the signal itself ends it."""
        with subprocess.Popen([str(self.program), "vm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              cwd=self.folder, env=environment(self.program.parent, self.folder)) as process:
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=60), -signal.SIGTERM)

    @contextlib.contextmanager
    def held_vm(self) -> Iterator[None]:
        """web00, which is the caller's, while another run works on it."""
        owner = f"user='{pwd.getpwuid(os.getuid()).pw_name}' host='{socket.gethostname()}'"
        world = self.folder / "node.xml"
        world.write_text(world_of(["web00"]).replace("user='eva' host='far'", owner))
        path = lock_path(f"test://{world}", "web00")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.addCleanup(path.unlink, missing_ok=True)
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def test_stops_at_a_signal_and_says_so(self) -> None:
        """While it waits for another run that holds the VM."""
        with self.held_vm():
            arguments = self.file_of({"name": "web00", "state": "absent"})
            with subprocess.Popen([str(self.program), "vm", arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  cwd=self.folder, env=environment(self.program.parent, self.folder)) as process:
                time.sleep(1)
                self.assertIsNone(process.poll())
                process.send_signal(signal.SIGTERM)
                out, _ = process.communicate(timeout=60)
        self.assertTrue(json.loads(out)["failed"])
        self.assertEqual(process.returncode, 1)

    def test_the_timeout_is_that_of_waits_for_other_runs_too(self) -> None:
        with self.held_vm():
            told = self.refused("vm", {"name": "web00", "state": "absent", "timeout": 2})
        self.assertIn(f"process {os.getpid()} (python3", told)
        self.assertIn("within 2 s", told)

    def test_a_full_disk_is_no_success(self) -> None:
        with open("/dev/full", "wb") as full:
            done = subprocess.run([str(self.program), "vm_info", self.file_of({})], cwd=self.folder, stdout=full,
                                  env=environment(self.program.parent, self.folder), check=False, timeout=300)
        self.assertNotEqual(done.returncode, 0)

    def test_settings_of_the_environment_count(self) -> None:
        (self.folder / "other.xml").write_text(NODE.format(""))
        settings = self.folder / "home/.config/nocloud/nocloud.conf"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"connect=test://{self.folder}/missing.xml\n")
        settings.chmod(0o600)
        self.refused("vm_info", {})
        self.assertEqual(self.answer("vm_info", {"uri": f"test://{self.folder}/other.xml"})["vms"], [])

    def test_documents_itself(self) -> None:
        for module in MODULES:
            done = self.run_program([str(self.program), "--document", module])
            self.assertEqual(done.returncode, 0)
            stub = self.folder / f"{module}.py"
            stub.write_bytes(done.stdout)
            run = self.run_program(["/usr/bin/python3", "-B", "-c", AS_ANSIBLE, str(stub)])
            self.assertTrue(json.loads(run.stdout)["failed"], run)


if __name__ == "__main__":
    Protocol.program = Path(sys.argv.pop(1)).resolve()
    unittest.main()
