#!/usr/bin/python3
"""The schemas of our JSON fit what is printed, and nothing else: no program goes without, no member may come or go unseen."""

import copy
import json
import subprocess
import unittest
from collections.abc import Iterator
from typing import Any

import tool  # first: it knows where the next one is
import output_schema

# What may be absent: a VM without a network or cloud-init has none of these.
OPTIONAL = {"ansible_host", "ansible_python_interpreter", "nocloud_mac", "pftest", "pftest_web", "template_debian12", "hosts", "vars"}


def members(document: Any) -> Iterator[tuple[dict, str]]:
    """Each member of each object within, as the object and the member's name."""
    if isinstance(document, dict):
        yield from ((document, name) for name in list(document))
    for inner in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from members(inner)


class Schema(tool.Case):
    def setUp(self) -> None:
        super().setUp()
        self.write("node.xml", tool.own_world_of(["web00", "web01"], "debian13"))

    def told(self, *words: str) -> Any:
        """What a program prints; run_tool holds it against its schema."""
        done = self.run_tool(list(words))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, words: tuple[str, ...], document: Any) -> None:
        with self.assertRaises(output_schema.UnlikeItsSchema, msg=document):
            output_schema.check(words, 0, json.dumps(document))

    def assert_strict(self, *words: str) -> None:
        told = self.told(*words)
        for number, (_, name) in enumerate(members(told)):
            less, more = copy.deepcopy(told), copy.deepcopy(told)
            holder, _ = list(members(less))[number]
            if name not in OPTIONAL and not name.startswith("web"):
                del holder[name]
                self.refused(words, less)
            holder, _ = list(members(more))[number]
            holder["no-such-member"] = 1
            self.refused(words, more)

    def test_what_is_printed(self) -> None:
        for words in (("vmrunning",), ("vminventory", "--list"), ("vminventory", "--host", "web00"), ("vmtemplate", "-l"),
                      ("vmtemplate", "-d", "debian13"), ("vmstop", "web00"), ("vmsnap", "web01", "-s"),
                      ("vminstantiate", "--dry-run", "-n", "debian13", "-g", "pftest", "-t", "web", "web00", "web02"),
                      *(("vm", "-n", "web00", "--show", what) for what in ("mac", "host-key", "port", "uuid"))):
            with self.subTest(words):
                self.assert_strict(*words, "--output", "json")

    def test_what_could_not_be_made(self) -> None:
        # Volumes of libvirt's pretended host take no content, and so no seed.
        done = self.run_tool(["vminstantiate", "-n", "debian13", "-g", "pftest", "-t", "web", "web02", "--output", "json"])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([vm["change"] for vm in json.loads(done.stdout)["vms"]], ["none"])

    def test_what_nothing_has_to_say_on(self) -> None:
        self.assertEqual(self.told("vminventory", "--host", "nosuch"), {})
        self.assertEqual(self.told("vmsnap", "web00", "-l", "--output", "json"), {"snapshots": []})
        self.assertEqual(self.told("vmstop", "-g", "nosuch", "--output=json"), {"vms": []})

    def test_names(self) -> None:
        self.assertEqual(self.told("nocloud", "--output", "json", "names", "vms", "groups"), ["pftest", "web00", "web01"])

    def test_options_before_a_verb_are_its_own(self) -> None:
        words = ("nocloud", "--output", "json", "running")
        self.assertEqual(self.told(*words), self.told("vmrunning", "--output", "json"))
        self.refused(words, ["web00"])

    def test_lines(self) -> None:
        words = ("vmrun", "-f", "pftest", "--output", "json")
        started = {"time": "2026-01-02T03:04:05Z", "name": "web00", "event": "started"}
        address = started | {"event": "address", "detail": "10.0.0.1 port 22"}
        output_schema.check(words, 0, "\n".join(json.dumps(news) for news in (started, address)))
        for wrong in (started | {"event": "starting"}, started | {"time": "03:04"}, started | {"detail": "why"},
                      started | {"event": "address"}, [started]):
            self.refused(words, wrong)

    def test_what_is_no_json(self) -> None:
        for text in ("", "web00\n", "{", "{}{}"):
            with self.assertRaises(output_schema.UnlikeItsSchema):
                output_schema.check(("vmrunning", "--output", "json"), 0, text)

    def test_no_program_goes_without(self) -> None:
        promising = [program.name for program in self.binaries.iterdir()
                     if "--output" in subprocess.run([program, "--help"], stdin=subprocess.DEVNULL,
                                                      capture_output=True, text=True, check=False).stdout]
        self.assertIn("vmrunning", promising)
        for program in [*promising, "nocloud-external"]:
            output_schema.schema_of(program)
        with self.assertRaises(output_schema.UnlikeItsSchema):
            output_schema.check(("vmnosuch", "--output", "json"), 0, "{}")

    def test_what_is_no_data_is_refused(self) -> None:
        for words in (["vm", "-n", "web00", "--output", "json", "true"], ["vm", "-n", "web00", "--log", "--output", "json"]):
            done = self.run_tool(words)
            self.assertEqual((done.returncode, done.stdout), (2, b""), words)


if __name__ == "__main__":
    tool.main()
