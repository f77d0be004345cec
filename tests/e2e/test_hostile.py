"""Broken and hostile input: the right status, a message with place and remedy, and nothing made."""

import re
import subprocess
from pathlib import Path

from case import Case
from guest import GUEST
from world import SYSTEM, World, run

LONG = "n" * 300
# What a description's only line says, and words that the message must have.
LINES = [
    ("", "COUNT"),
    ("GUEST", "COUNT"),
    ("GUEST:1", "TYPE"),
    ("GUEST:-1:web", "-1"),
    ("GUEST:0:web", "0"),
    ("GUEST:1001:web", "1001"),
    ("GUEST:1000000000:web", "1000000000"),
    ("GUEST:99999999999999999999999:web", "999"),
    ("GUEST:1x:web", "1x"),
    ("GUEST:1:we;b", "we;b"),
    ("GUEST:1:../web", "../web"),
    ("GUEST:1:web:mem=1x", "1x"),
    ("GUEST:1:web:mem=31", "31"),
    ("GUEST:1:web:mem=-1", "-1"),
    ("GUEST:1:web:cpu=0", "0"),
    ("GUEST:1:web:cpu=513", "513"),
    ("GUEST:1:web:dsk=0", "0"),
    ("GUEST:1:web:dsk=65537", "65537"),
    ("GUEST:1:web:dsk=" + ",".join(["1"] * 17), "16"),
    ("GUEST:1:web:name=..", ".."),
    ("GUEST:1:web:name=a/b", "a/b"),
    ("GUEST:1:web:name=Web", "Web"),
    ("GUEST:1:web:name=$(id)", "$(id)"),
    ("GUEST:1:web:name=-web", "-web"),
    (f"GUEST:1:web:name={LONG}", "nnn"),
    ("GUEST:1:web:colour=red", "colour"),
    ("GUEST:1:web:mem=64;mem=64", "mem"),
    ("../GUEST:1:web", "../"),
    ("GUEST:1:web:mem=64:more", "64:more"),
    ("GUEST:1:w\x1b[2Jeb", "\\x1b"),
]
# Command lines that no file is needed for: status, arguments.
COMMANDS = [
    (2, ["vminstantiate"]),
    (2, ["vminstantiate", "--no-such-option"]),
    (2, ["vminstantiate", "-f", "one", "-n", "GUEST"]),
    (2, ["vminstantiate", "-f", "one", "-f", "one"]),
    (2, ["vminstantiate", "-n", "GUEST", "--output", "xml"]),
    (3, ["vminstantiate", "-n", "../GUEST"]),
    (3, ["vminstantiate", "-n", "GUEST", "-C", "0"]),
    (3, ["vminstantiate", "-n", "GUEST", "-C", "1001"]),
    (3, ["vminstantiate", "-n", "GUEST", "-g", "a;b"]),
    (3, ["vminstantiate", "-n", "GUEST", "-g", "all"]),
    (3, ["vminstantiate", "-n", "GUEST", "-g", "localhost"]),
    (3, ["vminstantiate", "-n", "GUEST", "--mem", "1x"]),
    (3, ["vminstantiate", "-n", "GUEST", "--timeout", "-1"]),
    (3, ["vminstantiate", "-n", "GUEST", "--wait", "forever"]),
    (3, ["vminstantiate", "-n", "GUEST", "--network", "nat=a/b"]),
    (3, ["vminstantiate", "-n", "GUEST", "--virt-type", "xen"]),
    (3, ["vminstantiate", "-n", "GUEST", "web\nnewline"]),
    (3, ["vminstantiate", "-n", "GUEST", LONG]),
    (3, ["vminstantiate", "-n", "GUEST", "<xml/>"]),
    (3, ["vminstantiate", "-f", "/"]),
    (3, ["vminstantiate", "-f", "/dev/zero"]),
    (4, ["vminstantiate", "-f", "nosuch"]),
    (4, ["vminstantiate", "-n", "nosuch"]),
    (4 if SYSTEM else 6, ["vminstantiate", "-n", "GUEST", "--network", "nat=nosuch"]),
    (4 if SYSTEM else 6, ["vminstantiate", "-n", "GUEST", "--network", f"{'nat' if SYSTEM else 'user'},nat=nosuch"]),
    (4, ["vminstantiate", "-n", "GUEST", "--network", f"{'nat' if SYSTEM else 'user'},bridge=br-none"]),
    (4, ["vminstantiate", "-n", "GUEST", "--user-data", "nosuch"]),
    (6, ["vminstantiate", "-n", "GUEST", "--connect", "qemu+unix:///system?socket=/nosuch"]),
    (3, ["vm", "-n", "../web", "true"]),
    (2, ["vm", "true"]),
    (2, ["vmstop"]),
    (3, ["vmstop", "a b"]),
    (3, ["vmrunning", "-g", "a b"]),
    (3, ["vminventory", "--state", "some"]),
]


class Hostile(Case):
    def assert_refused(self, status: int, *words: str) -> str:
        done = self.call(*(word.replace("GUEST", GUEST.template) for word in words), status=status)
        self.assertEqual(done.out, "")
        self.assertRegex(done.err, rf"^{words[0]}: \S")
        self.assertRegex(done.err, r"\n  \S.*\.\n", "the remedy is missing")
        self.assertNotRegex(done.err, "[\x00-\x09\x0b-\x1f]", "a control character reaches the terminal")
        return done.err

    def test_descriptions(self) -> None:
        for line, words in LINES:
            with self.subTest(line=line[:60]):
                self.describe("one", "# a comment", line or ":", "GUEST:1:fine:name=fine")
                told = self.assert_refused(3, "vminstantiate", "-f", "one", "--paused")
                self.assertRegex(told, r"one:2:\d+: ")
                self.assertRegex(told, r"\n *\^", "the caret is missing")
                self.assertIn(words, told)
        self.assert_nothing_left()

    def test_command_lines(self) -> None:
        self.describe("one", "GUEST:1:fine:name=fine")
        for status, words in COMMANDS:
            with self.subTest(words=" ".join(words)[:60]):
                self.assert_refused(status, *words)
        self.assert_nothing_left()

    def test_limits_just_inside(self) -> None:
        self.describe("edge", "GUEST:1:web:mem=32;cpu=1;dsk=" + ",".join(["1"] * 16) + ";name=" + "n" * 61,
                      "GUEST:1:web:dsk=65536;name=big", "GUEST:999:many:name=a")
        done = self.call("vminstantiate", "-f", "edge", "--dry-run")
        self.assertEqual(len(done.out.splitlines()), 1001)
        self.assert_nothing_left()

    def test_too_many_and_too_large(self) -> None:
        self.describe("one", *["GUEST:1000:web:name=a"] * 10, "GUEST:1:web:name=a")
        self.assertIn("10,000", self.assert_refused(3, "vminstantiate", "-f", "one").replace("10000", "10,000"))
        (self.folder / "one").write_text("#" * (256 * 1024 + 1))
        self.assert_refused(3, "vminstantiate", "-f", "one")
        (self.folder / "one").write_bytes(b"\xff\xfe\x00")
        self.assert_refused(3, "vminstantiate", "-f", "one")
        self.assert_nothing_left()

    def test_more_memory_than_the_host_has(self) -> None:
        """An amount that the grammar takes: only the host can refuse it."""
        host = int(re.search(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())[1]) // 1024
        self.describe("one", f"GUEST:1:web:mem={host + 1024}")
        refused = self.assert_refused(6, "vminstantiate", "-f", "one")
        self.assertRegex(refused, rf"{host + 1024} MB of memory; the host has \d+ MB")
        self.call("vminstantiate", "-f", self.describe("two", f"GUEST:1:web:mem={host // 2}"), "--dry-run")
        self.assert_nothing_left()

    def test_names_that_clash(self) -> None:
        self.describe("one", "GUEST:1:web:name=a", "GUEST:1:sql:name=a")
        self.assertEqual(self.call("vminstantiate", "-f", "one", "--dry-run").out, "a00\tcreated\na01\tcreated\n")
        self.describe("web00", "GUEST:1:web:name=web")
        self.assert_refused(5, "vminstantiate", "-f", "web00")
        self.assert_nothing_left()

    def test_network_that_the_session_has_not(self) -> None:
        if SYSTEM:
            self.skipTest("qemu:///system has NAT networks")
        self.assert_refused(6, "vminstantiate", "-n", "GUEST", "--network", "nat")
        self.assert_nothing_left()

    def test_a_full_output_is_no_success(self) -> None:
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(["vminstantiate", "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1, done)

    def test_damaged_configuration(self) -> None:
        config = self.folder / ".nocloud.conf"
        for text in ("nonsense\n", "colour=red\n", "timeout=soon\n"):
            config.write_text(text)
            config.chmod(0o600)
            with self.subTest(text):
                self.assertEqual(run("vminstantiate", "-n", GUEST.template, "--dry-run").status, 3)
        config.unlink()


class HostileImages(Case):
    """Files that are no image, or more than one; refused before anything is stored."""

    def assert_refused(self, path: str, status: int = 3) -> str:
        before = World()
        done = self.call("vmtemplate", "--import", path, "-n", "bad", "--user", "debian", status=status)
        self.assertEqual(World().added_since(before), {})
        return done.err

    def test_no_image(self) -> None:
        self.assert_refused("nosuch", status=4)
        self.assert_refused("/")
        self.assert_refused("/dev/zero")
        (self.folder / "empty.qcow2").write_bytes(b"")
        self.assert_refused("empty.qcow2")

    def test_images_that_lead_elsewhere(self) -> None:
        self.call("qemu-img", "create", "-q", "-f", "qcow2", "base.qcow2", "1M")
        self.call("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", "top.qcow2")
        self.assertIn("base.qcow2", self.assert_refused("top.qcow2"))
        self.call("qemu-img", "rebase", "-u", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", "base.qcow2")
        self.assert_refused("base.qcow2")  # a ring of one
        self.call("qemu-img", "create", "-q", "-f", "qcow2", "-b", "/etc/shadow", "-F", "raw", "-u", "secret.qcow2", "1M")
        self.assert_refused("secret.qcow2")
        self.call("qemu-img", "create", "-q", "-f", "qcow2", "-o", "data_file=data.raw", "data.qcow2", "1M")
        self.assertIn("another file", self.assert_refused("data.qcow2"))

    def test_truncated_image(self) -> None:
        image = (GUEST.folder / GUEST.image).read_bytes()
        (self.folder / "half.qcow2").write_bytes(image[: len(image) // 2])
        self.assert_refused("half.qcow2")
        (self.folder / "head.qcow2").write_bytes(image[:64])
        self.assert_refused("head.qcow2")

    def test_name_and_user(self) -> None:
        for words in (["-n", "../bad", "--user", "debian"], ["-n", "bad", "--user", "a b"], ["-n", "BAD", "--user", "x"]):
            self.call("vmtemplate", "--import", GUEST.folder / GUEST.image, *words, status=3)
