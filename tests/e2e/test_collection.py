"""The collection nocloud.kvm: its inventory of VMs that are paused, and its modules on guests that boot."""

import json
import os
import re
import shutil
import unittest
from pathlib import Path

from case import Case
from guest import GUEST
from world import run, virsh


@unittest.skipUnless(shutil.which("ansible-galaxy"), "there is no ansible here")
class Collection(Case):
    """Built and installed as its users do it."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        tools = Path(shutil.which("vminventory") or "").resolve().parent
        cls.call("ansible-galaxy", "collection", "build", tools.parent / "share/nocloud/ansible_collections/nocloud/kvm",
                 "--output-path", cls.folder)
        cls.environment = {"ANSIBLE_COLLECTIONS_PATH": str(cls.folder / "collections"), "ANSIBLE_NOCOWS": "1",
                           "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_FAILED": "1"}
        cls.call("ansible-galaxy", "collection", "install", *cls.folder.glob("nocloud-kvm-*.tar.gz"), env=cls.environment)
        cls.call("vminstantiate", "--paused", "-f", cls.pftest())
        cls.call("vminstantiate", "--paused", "-n", GUEST.template, "-g", "other", "lonely")

    def inventory(self, *lines: str) -> str:
        path = self.folder / "test.nocloud.yml"
        path.write_text("\n".join(("plugin: nocloud.kvm.vms", "state: all", *lines)) + "\n")
        return str(path)

    def listed(self, *lines: str) -> dict:
        return self.call("ansible-inventory", "-i", self.inventory(*lines), "--list", env=self.environment).json()

    def refusal(self, *lines: str) -> str:
        done = self.call("ansible-inventory", "-i", self.inventory(*lines), "--list", env=self.environment, status=1)
        return " ".join(done.err.split())  # Ansible breaks lines

    def test_lists_what_the_script_lists(self) -> None:
        script = shutil.which("vminventory", path=os.environ["PATH"])
        by_script = self.call("ansible-inventory", "-i", str(script), "--list",
                              env={**self.environment, "NOCLOUD_STATE": "all"}).json()
        by_plugin = self.listed()
        for listed in (by_script, by_plugin):
            listed["all"]["children"].sort()
        self.assertEqual(by_plugin, by_script)
        self.assertEqual(by_script["pftest_web"], {"hosts": ["web00", "web01"]})

    def test_groups_can_be_chosen(self) -> None:
        listed = self.listed("vm_groups: [other]")
        self.assertEqual(list(listed["_meta"]["hostvars"]), ["lonely"])
        self.assertNotIn("pftest", listed)

    def test_groups_and_variables_can_be_constructed(self) -> None:
        listed = self.listed("keyed_groups: [{key: nocloud_state, prefix: state}]", "compose: {role: nocloud_type}")
        self.assertEqual(listed["state_paused"]["hosts"], ["db00", "lonely", "web00", "web01"])
        self.assertEqual(listed["_meta"]["hostvars"]["db00"]["role"], "sql")

    def test_a_cache_saves_the_question(self) -> None:
        cached = ("cache: true", "cache_plugin: jsonfile", f"cache_connection: {self.folder}/cache")
        first = self.listed(*cached)
        self.assertEqual(self.listed(*cached, "program: /nonexistent"), first)

    def test_failures_are_errors_with_a_remedy(self) -> None:
        slow = self.folder / "slow"
        slow.write_text("#!/bin/sh\nexec sleep 60\n")
        slow.chmod(0o755)
        self.assertIn("install nocloud", self.refusal("program: /nonexistent"))
        self.assertIn("is libvirt well?", self.refusal(f"program: {slow}", "time_limit: 1"))
        self.assertIn("libvirt", self.refusal("uri: nosuch:///here"))
        self.assertIn("printed no JSON", self.refusal("program: echo"))

    def test_it_is_documented(self) -> None:
        done = self.call("ansible-doc", "-t", "inventory", "nocloud.kvm.vms", env=self.environment)
        self.assertIn("time_limit", done.out)

    def test_no_field_of_a_vm_is_a_template(self) -> None:
        """Whoever may define domains may write anything into one's record; a controller must not run it."""
        trap = self.folder / "trapped"
        bait = f"{{{{ lookup('pipe', 'touch {trap}') }}}}"
        show = ("ansible", "-i", self.inventory("owner: any"), "all", "-m", "debug", "-a", "var=hostvars[inventory_hostname]")
        run(*show, "-e", f"some={bait}", "-e", "nocloud_owner={{ some }}", env=self.environment)
        self.assertTrue(trap.exists(), "the bait itself does not work")
        trap.unlink()

        description = re.sub(r"<uuid>.*?</uuid>", "", virsh("dumpxml", "--inactive", "lonely"))
        metadata = re.search(r"<metadata>.*</metadata>", description, re.DOTALL)[0]
        texts = {text for texts in re.findall(r"='([^']+)'|=\"([^\"]+)\"|>([^<>]*[^<>\s][^<>]*)<", metadata) for text in texts
                 if text and "://" not in text}
        for number, text in enumerate(sorted(texts)):
            baited = metadata.replace(text, bait.replace("'", "&apos;"))
            path = self.folder / f"bait{number}.xml"
            path.write_text(description.replace(metadata, baited).replace("<name>lonely<", f"<name>bait{number}<"))
            virsh("define", str(path))
            self.addCleanup(virsh, "undefine", f"bait{number}")
        done = run(*show, env=self.environment)
        self.assertFalse(trap.exists(), done)
        self.assertIn("lookup(", done.out, "the bait got nowhere")


@unittest.skipUnless(shutil.which("ansible-galaxy"), "there is no ansible here")
class Modules(Case):
    """The modules as Ansible runs them, on real guests."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        collections = Path(shutil.which("vminventory") or "").resolve().parent.parent / "share/nocloud"
        cls.environment = {"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_LOCALHOST_WARNING": "0",
                           "ANSIBLE_STDOUT_CALLBACK": "json", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1"}

    def module(self, module: str, /, *options: str, **arguments: object) -> dict:
        done = run("ansible", "localhost", "-c", "local", "-m", f"nocloud.kvm.{module}", "-a", json.dumps(arguments), *options,
                   env=self.environment)
        return json.loads(done.out)["plays"][0]["tasks"][0]["hosts"]["localhost"]

    def group(self, *options: str) -> dict:
        lines = [{"template": GUEST.template, "count": 2, "type": "web", "name": "web", "memory": GUEST.memory},
                 {"template": GUEST.template, "count": 1, "type": "sql", "name": "db", "memory": GUEST.memory}]
        return self.module("group", *options, name="pftest", description=lines, prune=True)

    def test_a_group_converges_and_goes_without_a_trace(self) -> None:
        foretold = self.group("--check", "--diff")
        self.assertTrue(foretold["changed"], foretold)
        self.assertEqual(self.vms(), {})
        made = self.group("--diff")
        self.assertTrue(made["changed"], made)
        self.assertEqual(made["diff"], foretold["diff"])
        self.assertEqual([vm["name"] for vm in made["vms"]], ["db00", "web00", "web01"])
        self.assertEqual({vm["name"]: vm for vm in made["vms"]}, self.vms())
        self.assertEqual(self.in_vm("web01", "hostname").out, "web01\n")
        self.assertFalse(self.group()["changed"])

        virsh("destroy", "web01")
        self.assertTrue(self.group("--check")["changed"])
        self.assertTrue(self.group()["changed"])
        self.assertFalse(self.group("--check")["changed"])

        self.assertTrue(self.module("group", name="pftest", state="absent")["changed"])
        self.assertFalse(self.module("group", name="pftest", state="absent")["changed"])
        self.assert_nothing_left()

    def test_a_vm_is_changed_while_it_is_down(self) -> None:
        self.assertTrue(self.module("vm", name="one", template=GUEST.template, memory=GUEST.memory)["changed"])
        refused = self.module("vm", name="one", memory=GUEST.memory + 32)
        self.assertTrue(refused["failed"])
        self.assertIn("restarted", refused["msg"])
        changed = self.module("vm", name="one", memory=GUEST.memory + 32, state="restarted")
        self.assertEqual((changed["changed"], changed["memory_mib"], changed["state"]), (True, GUEST.memory + 32, "running"))
        self.assertFalse(self.module("vm", name="one", memory=GUEST.memory + 32)["changed"])
        self.assertEqual(self.module("vm_info", names=["one"])["vms"], [self.vms()["one"]])
        self.assertTrue(self.module("vm", name="one", state="absent")["changed"])
        self.assert_nothing_left()

    def test_a_template_comes_and_goes(self) -> None:
        _, image, *_, = GUEST.import_arguments()
        made = self.module("template", "--check", name="other", **{"import": str(image)}, user="debian")
        self.assertTrue(made["changed"], made)
        made = self.module("template", name="other", **{"import": str(image)}, user="debian")
        self.assertTrue(made["changed"], made)
        self.assertFalse(self.module("template", name="other", **{"import": str(image)}, user="debian")["changed"])
        self.assertTrue(self.module("template", name="other", state="absent")["changed"])
        self.assert_nothing_left()
