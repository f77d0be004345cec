#!/usr/bin/python3
"""What the shells make of our completions, and groff of our manual pages."""

import shlex
import shutil
import subprocess
import unittest

import tool

TOOLS = ("nocloud", "vm", "vmconsolidate", "vmcreate", "vminstantiate", "vminventory", "vmrun", "vmrunning", "vmsnap", "vmstop", "vmtemplate")


class Pages(tool.Case):
    def share(self, name: str) -> str:
        return str(self.binaries.parent / "share" / name)

    def assert_silent(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), command)

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh here")
    def test_zsh_reads_them(self) -> None:
        for name in TOOLS:
            self.assert_silent("zsh", "-n", self.share(f"zsh/vendor-completions/_{name}"))

    @unittest.skipUnless(shutil.which("fish"), "there is no fish here")
    def test_fish_reads_them(self) -> None:
        for name in TOOLS:
            self.assert_silent("fish", "--no-execute", self.share(f"fish/vendor_completions.d/{name}.fish"))

    @unittest.skipUnless(shutil.which("groff"), "there is no groff here")
    def test_manual_pages_are_without_fault(self) -> None:
        for name in TOOLS:
            self.assert_silent("groff", "-K", "utf8", "-man", "-ww", "-z", self.share(f"man/man1/{name}.1"))


class Bash(tool.Case):
    """Each case asks bash itself, as it does when somebody presses Tab."""

    def completed(self, *words: str, names: str | None = None) -> list[str]:
        """What the last word may become; `names` is what `nocloud names` is to print instead of the truth."""
        script = self.binaries.parent / "share/bash-completion/completions" / words[0]
        before = words[-2] if len(words) > 1 else ""
        asked = f"""
            . {shlex.quote(str(script))}
            COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}
            compopt() {{ :; }}
            {"" if names is None else f"nocloud() {{ printf %s {shlex.quote(names)}; }}"}
            _{words[0]} {shlex.join([words[0], words[-1], before])}
            printf '%s\\n' "${{COMPREPLY[@]}}"
            """
        done = subprocess.run(["bash", "-uc", asked], cwd=self.folder, env=tool.environment(self.binaries, self.folder),
                              capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return sorted(done.stdout.decode().split())

    def setUp(self) -> None:
        super().setUp()
        self.write("node.xml", tool.own_world_of(["web00", "web01", "db00"]))

    def test_options(self) -> None:
        self.assertEqual(self.completed("vmstop", "--d"), ["--delete"])
        self.assertIn("--output", self.completed("vmrunning", "-"))

    def test_names_of_what_there_is(self) -> None:
        self.assertEqual(self.completed("vmstop", "w"), ["web00", "web01"])
        self.assertEqual(self.completed("vm", "-n", ""), ["db00", "web00", "web01"])
        self.assertEqual(self.completed("vmstop", "-g", "p"), ["pftest"])
        self.assertEqual(self.completed("vmstop", "-t", ""), ["web"])

    def test_what_a_template_can_be_made_of(self) -> None:
        self.assertEqual(self.completed("vmtemplate", "ubuntu"), ["ubuntu22.04", "ubuntu24.04"])
        self.assertEqual(self.completed("vmtemplate", "--build", ""), ["debian12"])
        self.assertEqual(self.completed("vminstantiate", "-n", ""), [])  # that takes one that is there
        self.write("node.xml", tool.own_world_of(["web00"], "mine"))
        self.assertEqual(self.completed("vmtemplate", "mine"), ["mine"])
        self.assertEqual(self.completed("vminstantiate", "-n", ""), ["mine"])

    def test_words_that_a_value_may_be(self) -> None:
        self.assertEqual(self.completed("vmrunning", "--output", "j"), ["json"])
        self.assertEqual(self.completed("vmrunning", "--output", "=", "j"), ["json"])
        self.assertEqual(self.completed("vminstantiate", "--wait", "="), ["address", "cloud-init", "none", "ssh"])
        self.assertEqual(self.completed("vmrunning", "--owner", ""), ["any"])
        self.assertEqual(self.completed("vminstantiate", "--mem", ""), [])

    def test_no_name_is_expanded(self) -> None:
        """Whatever stood in a cache: a shell that completes runs nothing, and offers only what is a name."""
        evil = "$(touch ran)", "`touch ran`", "${x:=$(touch ran)}", "~", "*", "a b", "-d", "'", '"', "\\", "a;touch ran", "web0{0,1}"
        names = "\n".join(["web00", *evil, "db00", ""])
        for words in (("vmstop", ""), ("vm", "-n", ""), ("vmstop", "-g", ""), ("vmtemplate", ""), ("nocloud", "")):
            self.assertEqual(self.completed(*words, names=names), ["db00", "web00"], words)
            for word in evil:
                self.completed(*words[:-1], word, names=names)
        self.assertFalse((self.folder / "ran").exists())

    def test_a_script_of_the_folder_is_not_read(self) -> None:
        self.write("vmstop", "touch ran\n")
        (self.folder / "nocloud").write_bytes((self.binaries.parent / "share/bash-completion/completions/nocloud").read_bytes())
        asked = ". ./nocloud; COMP_WORDS=(nocloud stop '') COMP_CWORD=2; _nocloud nocloud '' stop"
        subprocess.run(["bash", "-c", asked], cwd=self.folder, env=tool.environment(self.binaries, self.folder), timeout=60)
        self.assertFalse((self.folder / "ran").exists())

    def test_files(self) -> None:
        self.write("my platform", "")
        self.assertEqual(self.completed("vminstantiate", "-f", "my"), ["my", "platform"])

    def test_verbs_and_what_follows(self) -> None:
        self.assertIn("stop", self.completed("nocloud", ""))
        self.assertEqual(self.completed("nocloud", "stop", "--gr"), ["--grace", "--group"])
        self.assertEqual(self.completed("nocloud", "vm", "-n", "d"), ["db00"])
        self.assertEqual(self.completed("nocloud", "nosuch", ""), [])


class Umbrella(tool.Case):
    def test_a_shell_need_not_wait_for_libvirts_library(self) -> None:
        told = subprocess.run(["readelf", "-dW", self.binaries / "nocloud"], capture_output=True, text=True, check=True)
        self.assertIn("libc.so", told.stdout)
        self.assertNotIn("libvirt", told.stdout)

    def test_a_verb_is_the_tool(self) -> None:
        self.write("node.xml", tool.own_world_of(["web00"]))
        for verb, name in (("running", "vmrunning"), ("inventory", "vminventory")):
            told = self.run_tool(["nocloud", verb]).stdout
            self.assertIn(b"web00", told)
            self.assertEqual(told, self.run_tool([name]).stdout)
        self.assertEqual(self.run_tool(["nocloud", "stop"]).returncode, 2)
        self.assertEqual(self.run_tool(["nocloud", "vm", "-n", "web00", "--show", "uuid"]).returncode, 0)

    def test_what_it_does_not_know(self) -> None:
        for words in ([], ["nosuch"], ["../bin/vmstop"], ["names"], ["names", "sizes"], ["vmstop"]):
            done = self.run_tool(["nocloud", *words])
            self.assertEqual((done.returncode, done.stdout), (2, b""), words)
            self.assertIn(b"--help", done.stderr)

    def test_names_are_the_callers_own(self) -> None:
        self.write("node.xml", tool.world_of(["web00"]))
        self.assertEqual(self.run_tool(["nocloud", "names", "vms"]).stdout, b"")


if __name__ == "__main__":
    tool.main()
