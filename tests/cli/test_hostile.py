#!/usr/bin/python3
"""Hostile and broken input: the right status, a message that says where and how to mend it, and nothing on stdout."""

import os
import re

import tool

NAMES = ("..", ".", "a/b", "/", "/etc/passwd", ";", "a;b", "$(id)", "`id`", "a'b", 'a"b', "a b", "a\nb", "a\tb", "A",
         "a_b", "ä", "a.b", "-", "-a", "a-", "x" * 64, "x" * 300, "\x1b[2J", "a\x7f", "%s", "{}", "<a>", "&amp;",
         "{{ lookup('pipe','id') }}", "all", "localhost", "templates", "ungrouped")
GROUPS = ("..", "a/b", ";", "a b", "a\nb", "1a", "-a", "a.b", "x" * 64, "x" * 300, "\x1b[2J", "all",
          "{{ x }}")
COUNTS = ("-1", "0", "1001", "1000000000", "99999999999999999999999", "1x", "x", "1.5", "0x10", "+1", "")


def some(values: tuple) -> tuple:
    """All, but every eighth where each command takes seconds."""
    return values[::8] if os.environ.get("NOCLOUD_WRAPPER") else values


class Hostile(tool.Case):
    def refused(self, words: list[str], status: int = 3) -> str:
        done = self.run_tool(words)
        text = done.stderr.decode()
        self.assertEqual((done.returncode, done.stdout), (status, b""), text)
        self.assertRegex(text, rf"(?m)^{words[0]}: ")
        self.assertNotRegex(text.replace("\n", ""), r"[\x00-\x1f\x7f]", "it could move a terminal's cursor")
        self.assertLess(len(text), 2000)
        self.assertNotIn("defect of nocloud", text)
        return text

    def refused_line(self, line: str, column: int, message: str = "") -> None:
        """As a description's second line."""
        self.write("spec", f"# comment\n{line}\n")
        text = self.refused(["vminstantiate", "-f", "spec"])
        found = re.match(r"vminstantiate: spec:2:(\d+): ", text)
        self.assertTrue(found, text)
        self.assertEqual(int(found.group(1)), column, text)
        self.assertIn(message, text)
        if "is no part of a text" not in text:  # there, the line is cut where it ends to be one
            self.assertEqual(text.splitlines()[2].index("^"), column - 1, text)

    def accepted(self, words: list[str]) -> None:
        """Gets as far as the template, which is not there."""
        self.assertIn("there is no template", self.refused(words, 4))

    def accepted_line(self, line: str) -> None:
        self.write("spec", line + "\n")
        self.accepted(["vminstantiate", "-f", "spec"])

    def test_names(self) -> None:
        for name in some(NAMES):
            with self.subTest(name):
                self.refused(["vmstop", "--", name])
                self.refused(["vm", f"--name={name}", "true"])
                self.refused(["vminstantiate", "-n", "debian12", "--", name])

    def test_names_in_a_description(self) -> None:
        for name in some(NAMES):
            if "\n" in name or ";" in name or name in ("a-", "all", "localhost", "templates", "ungrouped"):
                continue  # there, a line's end, an option's end, and fine once a number is added
            with self.subTest(name):
                self.refused_line(f"debian12:1:web:name={name}", 22 if "\x7f" in name else 21)

    def test_groups_and_types(self) -> None:
        for name in some(GROUPS):
            with self.subTest(name):
                for option in ("--group", "--type"):
                    self.refused(["vminstantiate", "-n", "debian12", f"{option}={name}"])
                self.refused(["vmrunning", f"--group={name}"])
                self.refused(["vmstop", f"--group={name}"])

    def test_a_files_name_is_a_group(self) -> None:
        for name in ("a b", "1a", "all", "x" * 100, "a;b", "ä", "a\nb"):
            with self.subTest(name):
                self.refused(["vminstantiate", "-f", self.write(name, "debian12:1:web\n")])

    def test_templates(self) -> None:
        for name in ("..", "a/b", "A", "a_b", "a\nb", "x" * 300, "-a"):
            with self.subTest(name):
                self.refused(["vminstantiate", f"--name={name}"])
                self.refused(["vmtemplate", "-d", "--", name])
                if "\n" not in name:
                    self.refused_line(f"{name}:1:web", 1)

    def test_counts(self) -> None:
        for count in some(COUNTS):
            with self.subTest(count):
                if count:
                    self.refused(["vminstantiate", "-n", "debian12", f"--count={count}"])
                self.refused_line(f"debian12:{count}:web", 10)

    def test_memory(self) -> None:
        for memory in some(("1x", "31", "0", "-1", "x", "1T", "G", "99999999999999999999", "9999999999G", "1e3")):
            with self.subTest(memory):
                self.refused(["vminstantiate", "-n", "debian12", f"--mem={memory}"])
                self.refused_line(f"debian12:1:web:mem={memory}", 20)

    def test_disks_and_cpus(self) -> None:
        for disks in some(("0", "65537", "-5", "5,", ",5", "5,,5", "5 5", "x")):
            with self.subTest(disks):
                self.refused(["vminstantiate", "-n", "debian12", f"--disk={disks}"])
                self.write("spec", f"debian12:1:web:dsk={disks}\n")
                self.assertRegex(self.refused(["vminstantiate", "-f", "spec"]), r"spec:1:2\d: ")
        for cpus in some(("0", "513", "-1", "x", "1.5")):
            with self.subTest(cpus):
                self.refused(["vminstantiate", "-n", "debian12", f"--cpu={cpus}"])
                self.refused_line(f"debian12:1:web:cpu={cpus}", 20)

    def test_each_limit_just_inside_and_just_outside(self) -> None:
        self.accepted_line("debian12:1000:web")
        self.accepted_line("debian12:1:web:mem=32")
        self.accepted_line("debian12:1:web:dsk=65536")
        self.accepted_line("debian12:1:web:cpu=512")
        self.accepted_line("debian12:1:web:dsk=" + ",".join(["1"] * 16))
        self.write("spec", "debian12:1:web:dsk=" + ",".join(["1"] * 17) + "\n")
        self.assertIn("spec:1:", self.refused(["vminstantiate", "-f", "spec"]))
        self.accepted_line("debian12:1:web:name=" + "x" * 61)
        self.refused_line("debian12:1:web:name=" + "x" * 62, 21)
        self.accepted_line("\n".join(["debian12:1000:web"] * 10))
        self.write("spec", "debian12:1000:web\n" * 10 + "debian12:1:web\n")
        self.assertIn("spec:11:", self.refused(["vminstantiate", "-f", "spec"]))

    def test_the_size_of_a_file(self) -> None:
        line = "debian12:1:web\n"
        limit = 256 * 1024
        self.write("spec", line + "#" * (limit - len(line)))
        self.accepted(["vminstantiate", "-f", "spec"])
        self.write("spec", line + "#" * (limit - len(line) + 1))
        self.refused(["vminstantiate", "-f", "spec"])

    def test_more_memory_than_the_host_has(self) -> None:
        # No template is there either; a test on a fake tells the two apart.
        self.write("spec", "debian12:1:web:mem=999999G\n")
        self.refused(["vminstantiate", "-f", "spec"], 4)

    def test_files_that_are_none(self) -> None:
        self.write("zero", b"debian12:1:web\0:x\n")
        self.write("binary", bytes(range(256)) * 10)
        self.write("latin", "debian12:1:wäb\n".encode("latin-1"))
        os.mkdir(self.folder / "folder")
        os.mkfifo(self.folder / "fifo")
        for name in ("zero", "binary", "latin", "folder", "fifo", "/dev/zero"):
            with self.subTest(name):
                self.refused(["vminstantiate", "-f", name])
        self.refused(["vminstantiate", "-f", "missing"], 4)
        for name in ("folder", "fifo", "/dev/zero"):
            with self.subTest(f"user-data {name}"):
                self.refused(["vminstantiate", "-n", "debian12", "--user-data", name])

    def test_images_that_are_none(self) -> None:
        self.write("text", "no image")
        self.write("cut", b"QFI\xfb\x00\x00\x00\x03" + b"\0" * 20)
        os.mkdir(self.folder / "folder")
        os.mkfifo(self.folder / "fifo")
        for name in ("cut", "folder", "fifo", "/dev/zero"):
            with self.subTest(name):
                self.refused(["vmtemplate", "--import", name, "-n", "mine"])
        self.refused(["vmtemplate", "--import", "missing", "-n", "mine"], 4)

    def test_wishes_of_a_build_that_are_none(self) -> None:
        os.mkdir(self.folder / "folder")
        os.mkfifo(self.folder / "fifo")
        self.write("empty", "")
        for words in (["--package", "a b"], ["--package", "-y"], ["--package", "vim,,g++"], ["--package", ""],
                      ["--package", "vim-"], ["--size", "0"], ["--size", "65537"], ["--size", "-3"], ["--size", "1e3"],
                      ["--script", "folder"], ["--script", "fifo"], ["--script", "/dev/zero"], ["--script", "empty"]):
            with self.subTest(words):
                self.refused(["vmtemplate", "--build", "debian12", *words])
        self.refused(["vmtemplate", "--build", "debian12", "--script", "missing"], 4)

    def test_other_values(self) -> None:
        for words in (["--wait", "boot"], ["--timeout", "-1"], ["--timeout", "86401"], ["--timeout", "1s"],
                      ["--network", "bridge=a/b"], ["--network", "nat=../x"], ["--network", "x"],
                      ["--network", "group=x"], ["--virt-type", "xen"]):
            with self.subTest(words):
                self.refused(["vminstantiate", "-n", "debian12", *words])
        for words in (["vmrunning", "--state", "some"], ["vmrunning", "--owner", "a/b"], ["vmrunning", "--owner", "a\nb"],
                      ["vmstop", "-g", "pftest", "--grace", "x"]):
            with self.subTest(words):
                self.refused(words)

    def test_names_to_every_command(self) -> None:
        for name in some(NAMES):
            with self.subTest(name):
                self.refused(["vmsnap", "--list", "--", name])
                self.refused(["vmconsolidate", "--", name])
                self.refused(["vmtemplate", "-n", "mine", f"--from={name}"])
                self.refused(["vmcreate", f"--name={name}", "--kernel", "x", "--initrd", "x", "--unattended", "x"])
        for name in some(GROUPS):
            with self.subTest(name):
                self.refused(["vmrun", f"--rerun={name}"])
                self.refused(["vmrun", f"--stop={name}"])

    def test_snapshots(self) -> None:
        for tag in some(("..", "a/b", "1a", "-a", "a b", "a\nb", "\x1b[2J", "x" * 64, "{{ x }}")):
            with self.subTest(tag):
                self.refused(["vmsnap", "web00", "--save", f"--id={tag}"])
                for verb in ("--revert", "--delete"):  # another program may have taken one of this name
                    self.refused(["vmsnap", "web00", verb, f"--id={tag}"], 4)

    def test_runs_of_files_that_are_none(self) -> None:
        self.write("binary", bytes(range(256)) * 10)
        os.mkdir(self.folder / "folder")
        os.mkfifo(self.folder / "fifo")
        for name in ("binary", "folder", "fifo", "/dev/zero"):
            with self.subTest(name):
                self.refused(["vmrun", "-f", name])
                self.refused(["vmcreate", "-n", "fresh", "-i", name, "--output", "json"])
                self.refused(["vmcreate", "-n", "fresh", "-i", "x", "--unattended", name])
        self.refused(["vmrun", "-f", "missing"], 4)

    def test_what_is_published(self) -> None:
        for name in ("..", "a/b", "A", "a_b", "a\nb", "\x1b[2J", "x" * 300):
            with self.subTest(name):
                self.refused(["vmtemplate", "--", name])
        for url in ("ftp://example.org", "http://", "https://a b", "x" * 5000, "\x1b[2J", "file:///etc"):
            with self.subTest(url):
                self.refused(["vmtemplate", "debian13", f"--mirror={url}"])
        for checksum in ("md5:" + "0" * 32, "sha256:", "sha256:" + "g" * 64, "sha512:" + "0" * 64, "\x1b[2J"):
            with self.subTest(checksum):
                self.refused(["vmtemplate", "--import", "https://example.org/a", "-n", "a", f"--checksum={checksum}"])

    def test_sizes_to_be_installed_or_adjusted(self) -> None:
        for option in some(("--mem=31", "--mem=x", "--mem=1T", "--cpu=0", "--cpu=513", "--disk=0", "--disk=65537",
                            "--disk=5,5")):
            with self.subTest(option):
                self.refused(["vmcreate", "-n", "fresh", "-i", "x", "--output", "json", option])
                self.refused(["vmcreate", "-a", "-n", "web00", option])

    def test_words_that_are_no_verb(self) -> None:
        for word in ("..", "../vmstop", "/bin/sh", "", "\x1b[2J", "names\n", "x" * 200):
            with self.subTest(word):
                self.refused(["nocloud", "--", word], 2)
                self.refused(["nocloud", "names", word], 2)

    def test_connections_that_are_none(self) -> None:
        for uri in ("nosuch:///system", "test:///no/such/file", "\x1b[2J", "qemu+ssh://", "x" * 5000):
            with self.subTest(uri):
                self.refused(["vmrunning", "--connect", uri], 6)

    def test_a_file_of_the_folder_runs_no_program(self) -> None:
        program = self.folder / "evil"
        program.write_text(f"#!/bin/sh\ntouch {self.folder}/run/evil-ran\n")
        program.chmod(0o755)
        own = self.folder / "home/.config/nocloud/nocloud.conf"
        own.parent.mkdir(parents=True)
        for uri in (f"qemu+ext:///system?command={program}", f"qemu+ssh://h/system?command={program}"):
            for config in (self.folder / ".nocloud.conf", own):
                config.write_text(f"connect={uri}\n")
                config.chmod(0o600)
                for words in (["vmrunning"], ["vminventory", "--list"], ["vmstop", "web00"], ["vm", "-n", "web00", "true"],
                              ["vminstantiate", "-n", "debian12"], ["vmtemplate", "-l"]):
                    with self.subTest(f"{config.name}: {words}"):
                        self.refused(words)
                config.unlink()
        self.assertFalse((self.folder / "run/evil-ran").exists())

    def test_completion_reads_no_file_of_the_folder(self) -> None:
        config = self.folder / ".nocloud.conf"
        config.write_text("broken\n")
        self.refused(["vmrunning"])
        for words in (["nocloud", "names", "vms"], ["nocloud", "names", "templates"]):
            done = self.run_tool(words)
            self.assertEqual((done.returncode, done.stderr), (0, b""), words)


if __name__ == "__main__":
    tool.main()
