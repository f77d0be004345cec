#!/usr/bin/python3
"""The recipe of Debian 12, run as it is, with this machine's apt sources: the laboratory has no network to them.

Prints a line per case, which scripts/test counts.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/lab"))
sys.dont_write_bytecode = True

from self_test import Lines  # noqa: E402

BUILD = TOP / "recipes/debian12/build"
ROOT_START = 256 << 20  # of its file system, in the disk

long = unittest.skipUnless("NOCLOUD_FULL" in os.environ, "it is long: scripts/test --full runs it")


class Recipe(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="recipe-", dir="/var/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o755)
        self.out = self.folder / "out"

    def build(self, *words: str | Path, status: int = 0, runner: tuple = (), recipe: Path = BUILD) -> str:
        done = subprocess.run([*runner, recipe, self.out, *words], stderr=subprocess.PIPE, text=True, timeout=3600)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def script(self, text: str) -> Path:
        file = self.folder / "a script's file"
        file.write_text(text)
        return file

    def in_image(self, file: str) -> str:
        """What the file has in the image that was built."""
        raw = self.folder / "disk.raw"
        subprocess.run(["qemu-img", "convert", "-O", "raw", self.out / "disk.qcow2", raw], check=True)
        return subprocess.run(["/usr/sbin/debugfs", "-R", f"cat {file}", f"{raw}?offset={ROOT_START}"], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout

    def test_what_is_wrong_is_told_before_anything_is_made(self) -> None:
        for words in (["--package", "-y"], ["--package", "vim-"], ["--package", "vim g++"], ["--package", "vim,"],
                      ["--package", "vim=2"], ["--package", ""], ["--size", "0"], ["--size", "1000"], ["--size", "3G"],
                      ["--size", "-1"], ["--script", self.folder], ["--script", "/dev/zero"], ["--script", "missing"],
                      ["--nosuch", "x"], ["--size"], ["more"]):
            with self.subTest(words):
                self.assertTrue(self.build(*words, status=1).startswith("debian12: "))
                self.assertFalse(self.out.exists())

    def sources_of_a_machine(self, codename: str) -> list[str]:
        """The apt sources that the recipe takes packages from on a machine with this release of Debian."""
        apt = self.folder / "apt"
        (apt / "lists/partial").mkdir(parents=True)
        (apt / "sources.list.d").mkdir()
        stanzas = []
        for uri, suite, label in (("http://debian.invalid/debian", codename, "Debian"),
                                  ("http://debian.invalid/debian", f"{codename}-updates", "Debian"),
                                  ("http://debian.invalid/security", f"{codename}-security", "Debian-Security"),
                                  ("http://debian.invalid/debian", f"{codename}-backports", "Debian Backports"),
                                  ("http://other.invalid/tools", codename, "Others' tools")):
            origin = "Debian" if "Debian" in label else "Others"
            stanzas.append(f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nTrusted: yes\n")
            name = f"{uri}/dists/{suite}".removeprefix("http://").replace("/", "_")
            (apt / "lists" / f"{name}_Release").write_text(
                f"Origin: {origin}\nLabel: {label}\nSuite: {suite}\nCodename: {suite}\nArchitectures: amd64\nComponents: main\n"
                f"Date: Sat, 10 Jan 2026 00:00:00 UTC\nSHA256:\n {'0' * 64} 0 main/binary-amd64/Packages\n")
            (apt / "lists" / f"{name}_main_binary-amd64_Packages").touch()
        (apt / "sources.list.d/debian.sources").write_text("\n".join(stanzas))
        (apt / "conf").write_text(f'Dir::Etc::sourcelist "{apt}/none"; Dir::Etc::sourceparts "{apt}/sources.list.d";\n'
                                  f'Dir::State::lists "{apt}/lists"; Dir::Cache "{apt}";\n')
        (self.folder / "mmdebstrap").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{self.folder}/told\nexit 1\n')
        (self.folder / "mmdebstrap").chmod(0o755)
        self.build(status=1, runner=("env", f"APT_CONFIG={apt}/conf", f"PATH={self.folder}:{os.environ['PATH']}"))
        told = (self.folder / "told").read_text().splitlines()
        return sorted(told[told.index("-") + 1:])

    def test_a_machine_with_another_release_takes_ours_from_the_same_archives(self) -> None:
        line = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://debian.invalid/"
        self.assertEqual(self.sources_of_a_machine("trixie"),
                         [f"{line}debian/ bookworm main", f"{line}debian/ bookworm-updates main",
                          f"{line}security/ bookworm-security main"])

    def test_a_machine_with_our_release_uses_its_own_sources(self) -> None:
        self.assertEqual(self.sources_of_a_machine("bookworm"), [str(self.folder / "apt/sources.list.d/debian.sources")])

    @long
    def test_the_same_wishes_give_the_same_packages(self) -> None:
        script = self.script("#!/usr/bin/python3\nprint('it', 'ran')\nopen('/etc/marked', 'w').write('by the script')\n")
        wishes = ["--package", "tree,g++", "--size", "5", "--script", script]
        told = self.build(*wishes)
        self.assertIn("it ran", told)
        facts = json.loads((self.out / "template.json").read_text())
        self.assertEqual(facts["user"], "debian")
        self.assertLess({"tree:amd64", "g++:amd64", "openssh-server:amd64"}, facts["packages"].keys())
        info = json.loads(subprocess.run(["qemu-img", "info", "--output", "json", self.out / "disk.qcow2"], check=True,
                                         stdout=subprocess.PIPE).stdout)
        self.assertEqual(info["virtual-size"], 5 << 30)
        self.assertEqual(self.in_image("/etc/marked"), "by the script")
        self.assertEqual(self.in_image("/root/script"), "")

        # And to somebody without any rights, who does not see this tree.
        shutil.copytree(BUILD.parent, self.folder / "recipe")
        shutil.rmtree(self.out)
        self.folder.chmod(0o777)
        script.write_text("echo it ran, too\necho by sh >/etc/marked\n")
        nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups") if os.geteuid() == 0 else ()
        self.assertIn("it ran, too", self.build(*wishes, runner=nobody, recipe=self.folder / "recipe/build"))
        self.assertEqual(self.in_image("/etc/marked"), "by sh\n")
        self.assertEqual(json.loads((self.out / "template.json").read_text())["packages"], facts["packages"])

    @long
    def test_a_script_that_fails_fails_the_build(self) -> None:
        told = self.build("--script", self.script("echo it rains >&2; exit 7"), status=1)
        self.assertIn("it rains\n", told)
        self.assertIn("the script ended with status 7", told)
        self.assertFalse(self.out.exists())

    @long
    def test_a_package_that_there_is_not_fails_the_build(self) -> None:
        self.assertIn("nosuchpackage", self.build("--package", "nosuchpackage", status=1))
        self.assertIn("no package is called 'vim.tin'", self.build("--package", "vim.tin", status=1))
        self.assertFalse(self.out.exists())

    @long
    def test_what_does_not_fit_the_disk_is_told(self) -> None:
        script = self.script("head -c 600M /dev/zero >/var/large")
        self.assertIn("give a larger --size", self.build("--size", "1", "--script", script, status=1))
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main(testRunner=unittest.TextTestRunner(resultclass=Lines, verbosity=0))
