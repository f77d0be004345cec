#!/usr/bin/python3
"""Whose a VM is: what a record says, what messages say, and what --owner takes."""

import os
import re
import shlex
from xml.sax.saxutils import quoteattr

import tool


def owned_by(**owner: str) -> str:
    """A host with web00, whose record names this owner."""
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in owner.items())
    return tool.world_of(["web00"]).replace("user='eva' host='far'", attributes)


class Owner(tool.Case):
    def own_vms(self) -> bytes:
        return self.run_tool(["vmrunning", "-q"]).stdout

    def test_records_of_earlier_releases_know_login_and_host(self) -> None:
        login, host = tool.caller().rsplit("@", 1)
        for user, machine, mine in ((login, host, True), (login, "former", False), ("another", host, False)):
            self.write("node.xml", owned_by(user=user, host=machine))
            self.assertEqual(b"web00" in self.own_vms(), mine, (user, machine))

    def test_a_host_that_has_changed_its_name_is_the_same(self) -> None:
        known = {"host": "former", "place": "hypervisor"}
        self.write("node.xml", owned_by(user="former", uid=str(os.getuid()), machine="f" * 32, **known))
        self.assertIn(b"web00", self.own_vms())
        self.assertEqual(self.run_tool(["nocloud", "names", "vms"]).stdout, b"web00\n")
        self.assertIn(b"web00", self.run_tool(["vminventory"]).stdout)
        self.assertEqual(self.run_tool(["vmstop", "-g", "pftest", "--grace", "0"]).stdout, b"web00\n")
        self.write("node.xml", owned_by(user=tool.caller().split("@")[0], uid=str(os.getuid() + 1), **known))
        self.assertEqual(self.own_vms(), b"")

    def test_what_is_not_shown_is_told(self) -> None:
        self.write("node.xml", owned_by(user="root", host="old"))
        told = f"not shown: 1 VM of root@old (you are {tool.caller()}); `--owner root@old` shows them\n"
        done = self.run_tool(["vmrunning"])
        self.assertEqual((done.returncode, done.stdout, done.stderr.decode()), (0, b"", told))
        for words in (["vmrunning", "-q"], ["vmrunning", "-g", "other"], ["vminventory", "-q"], ["vminventory", "--host", "web00"]):
            self.assertEqual(self.run_tool(words).stderr, b"", words)
        for words in (["vminventory"], ["vminventory", "--list"], ["vmrunning", "--owner", "bob"]):
            self.assertEqual(self.run_tool(words).stderr.decode(), told, words)
        for words in (["vmstop", "-d", "-y", "-g", "pftest"], ["vmstop", "-q", "-g", "pftest"]):
            done = self.run_tool(words)
            self.assertEqual((done.returncode, done.stdout), (0, b""), words)
            self.assertIn(b"left alone: 1 VM of root@old", done.stderr, words)

    def test_one_can_say_what_a_message_says(self) -> None:
        for user in ("root", "first.last", "Admin", "user@example.com", "CORP\\user", "Domain User", "m\u00fcller"):
            self.write("node.xml", owned_by(user=user, host="old"))
            for words in (["vmstop", "web00"], ["vm", "-n", "web00", "--show", "uuid"], ["vmsnap", "-l", "web00"]):
                with self.subTest(f"{user}: {words}"):
                    refused = self.run_tool(words)
                    self.assertEqual(refused.returncode, 5, refused.stderr)
                    self.assertIn(f"you are {tool.caller()}", refused.stderr.decode())
                    remedy = re.search("`(--owner .*)`", refused.stderr.decode())
                    self.assertTrue(remedy, refused.stderr)
                    done = self.run_tool([*words, *shlex.split(remedy.group(1))])
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(self.run_tool([*words, "--owner", user]).returncode, 0)

    def test_an_owners_name_is_no_command(self) -> None:
        for user in ("a'; touch ran; '", "$(touch ran)", "`touch ran`", "a b\\c"):
            self.write("node.xml", owned_by(user=user, host="old"))
            told = self.run_tool(["vmstop", "web00"]).stderr.decode()
            remedy = told[told.index("--owner"):].rsplit("`", 1)[0]
            self.assertEqual(len(shlex.split(remedy)), 2, told)

    def test_vminstantiate_takes_anothers_group(self) -> None:
        world = owned_by(user="root", host="old").replace(
            "</node>", tool.TEMPLATE.format(name="debian12", digest="a" * 64) + "</node>")
        self.write("node.xml", world)
        command = ["vminstantiate", "-n", "debian12", "-g", "pftest", "-t", "web", "--dry-run", "web00"]
        refused = self.run_tool(command)
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn(b"--owner root@old`", refused.stderr)
        done = self.run_tool([*command, "--owner", "root@old"])
        self.assertEqual((done.returncode, done.stdout), (0, b"web00\talready there\n"), done.stderr)


if __name__ == "__main__":
    tool.main()
