"""The collection nocloud.kvm: its inventory of VMs that are paused, and its modules on guests that boot."""

import json
import os
import re
import subprocess
import textwrap
import time

from case import Case, long, one_connection_will_do, tiny_guest_only, tiny_guest_will_do
from collection import BUILT, COLLECTIONS, ENVIRONMENT, QUIET, module, needs_ansible
from guest import GUEST
from world import INVENTORY, LIMIT, World, run, virsh


@needs_ansible
class Collection(Case):
    """Built and installed as its users do it."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("ansible-galaxy", "collection", "build", BUILT / "ansible_collections/nocloud/kvm", "--output-path", cls.folder)
        cls.environment = {**QUIET, "ANSIBLE_COLLECTIONS_PATH": str(cls.folder / "collections"),
                           "ANSIBLE_INVENTORY_UNPARSED_FAILED": "1"}
        cls.call("ansible-galaxy", "collection", "install", *cls.folder.glob("nocloud-kvm-*.tar.gz"), env=cls.environment)
        cls.call("vminstantiate", "--paused", "-f", cls.pftest())
        cls.call("vminstantiate", "--paused", "-n", GUEST.template, "-g", "other", "lonely")

    def inventory(self, *lines: str) -> str:
        path = self.folder / "test.nocloud.yml"
        path.write_text("\n".join(("plugin: nocloud.kvm.vms", "state: all", *lines)) + "\n")
        return str(path)

    def all_of(self, inventory: str, **environment: str) -> dict:
        done = self.call("ansible-inventory", "-i", inventory, "--list", env={**self.environment, **environment})
        # How a text is marked that is no template: by ansible-core from 2.19 on, all of a plugin's.
        return json.loads(done.out, object_hook=lambda value: value.get("__ansible_unsafe", value))

    def listed(self, *lines: str) -> dict:
        return self.all_of(self.inventory(*lines))

    def refusal(self, *lines: str) -> str:
        done = self.call("ansible-inventory", "-i", self.inventory(*lines), "--list", env=self.environment, status=1)
        return " ".join(done.err.split())  # Ansible breaks lines

    def test_lists_what_the_script_lists(self) -> None:
        by_script = self.all_of(INVENTORY, NOCLOUD_STATE="all")
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

    @one_connection_will_do
    def test_the_documented_examples_work(self) -> None:
        plugin = (BUILT / "ansible_collections/nocloud/kvm/plugins/inventory/vms.py").read_text()
        examples = re.search(r'EXAMPLES = r"""\n(.*?)"""', plugin, re.DOTALL)[1].replace("uri: qemu+ssh://admin@kvm1/system\n", "")
        for number, example in enumerate(examples.split("---\n")):
            path = self.folder / f"example{number}.nocloud.yml"
            path.write_text(example)
            self.call("ansible-inventory", "-i", path, "--list", env=self.environment)

    def test_it_is_documented(self) -> None:
        done = self.call("ansible-doc", "-t", "inventory", "nocloud.kvm.vms", env=self.environment)
        self.assertIn("time_limit", done.out)

    def test_a_user_of_the_command_line_counts(self) -> None:
        show = ("ansible", "-i", self.inventory(), "web00", "-m", "debug", "-a", "var=ansible_user")
        self.assertIn(f'"ansible_user": "{self.vms()["web00"]["user"]}"', self.call(*show, env=self.environment).out)
        self.assertIn('"ansible_user": "somebody"', self.call(*show, "-u", "somebody", env=self.environment).out)

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
            own = re.sub(r"name=(['\"])lonely\1", rf"name=\1bait{number}\1", metadata)  # else it is a renamed VM
            baited = own.replace(text, bait.replace("'", "&apos;"))
            path = self.folder / f"bait{number}.xml"
            path.write_text(description.replace(metadata, baited).replace("<name>lonely<", f"<name>bait{number}<"))
            virsh("define", str(path))
            self.addCleanup(virsh, "undefine", f"bait{number}")
        done = run(*show, env=self.environment)
        self.assertFalse(trap.exists(), done)
        self.assertIn("lookup(", done.out, "the bait got nowhere")


def platform() -> dict:
    """What the module `group` is to make."""
    lines = [{"template": GUEST.template, "count": 2, "type": "web", "name": "web", "memory": GUEST.memory},
             {"template": GUEST.template, "count": 1, "type": "sql", "name": "db", "memory": GUEST.memory}]
    return {"name": "pftest", "description": lines, "prune": True}


@needs_ansible
class Modules(Case):
    """The modules as Ansible runs them, on real guests."""

    def group(self, *options: str) -> dict:
        return module("group", *options, **platform())

    @one_connection_will_do
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

        self.assertTrue(module("group", name="pftest", state="absent")["changed"])
        self.assertFalse(module("group", name="pftest", state="absent")["changed"])
        self.assert_nothing_left()

    @one_connection_will_do
    def test_a_vm_is_changed_while_it_is_down(self) -> None:
        self.assertTrue(module("vm", name="one", template=GUEST.template, memory=GUEST.memory)["changed"])
        refused = module("vm", name="one", memory=GUEST.memory + 32)
        self.assertTrue(refused["failed"])
        self.assertIn("restarted", refused["msg"])
        changed = module("vm", name="one", memory=GUEST.memory + 32, state="restarted")
        self.assertEqual((changed["changed"], changed["memory_mib"], changed["state"]), (True, GUEST.memory + 32, "running"))
        self.assertFalse(module("vm", name="one", memory=GUEST.memory + 32)["changed"])
        self.assertEqual(module("vm_info", names=["one"])["vms"], [self.vms()["one"]])
        self.assertTrue(module("vm", name="one", state="absent")["changed"])
        self.assert_nothing_left()

    @long
    @one_connection_will_do
    @tiny_guest_will_do
    def test_two_plays_at_once_make_one_set(self) -> None:
        def play() -> subprocess.Popen:
            words = ["ansible", "localhost", "-c", "local", "-m", "nocloud.kvm.group", "-a", json.dumps(platform())]
            return subprocess.Popen(words, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        for one in [play(), play()]:
            said, _ = one.communicate(timeout=LIMIT)
            self.assertEqual(one.returncode, 0, said.decode())
        self.assertEqual(sorted(self.vms()), ["db00", "web00", "web01"])
        self.assertTrue(module("group", name="pftest", state="absent")["changed"])
        self.assert_nothing_left()

    @long
    @one_connection_will_do
    @tiny_guest_will_do
    def test_a_task_may_run_in_the_background(self) -> None:
        done = self.call("ansible", "localhost", "-c", "local", "-B", str(LIMIT), "-P", "1", "-m", "nocloud.kvm.group", "-a",
                         json.dumps(platform()), env=QUIET | COLLECTIONS | {"ANSIBLE_ASYNC_DIR": str(self.folder / "async")})
        self.assertIn('"finished": 1', done.out)
        self.assertEqual(sorted(self.vms()), ["db00", "web00", "web01"])
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        for _ in range(60):  # Ansible's watcher looks every five seconds whether its task has ended
            if World().added_since(self.before).keys() != {"processes"}:
                break
            time.sleep(1)
        self.assert_nothing_left()

    @long
    @one_connection_will_do
    @tiny_guest_will_do
    def test_a_task_beyond_its_time_limit_is_done_by_the_next(self) -> None:
        """Ansible leaves the program running then."""
        playbook = self.folder / "impatient.json"
        task = {"name": "Have the platform", "nocloud.kvm.group": platform(), "timeout": 1}
        playbook.write_text(json.dumps([{"name": "Make", "hosts": "localhost", "connection": "local", "gather_facts": False,
                                         "tasks": [task]}]))
        self.call("ansible-playbook", playbook, env=QUIET | COLLECTIONS, status=2)
        self.assertNotIn("failed", module("group", **platform()))
        self.assertFalse(module("group", **platform())["changed"])
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()

    @long
    @tiny_guest_only
    @one_connection_will_do
    def test_the_documented_examples_run(self) -> None:
        """Real ones, with the guest at hand in the place of Debian; templates are only foretold."""
        _, image, *_ = GUEST.import_arguments()
        self.describe("pftest", "GUEST:1:web:name=web", "GUEST:1:sql:mem=2048;dsk=10;name=sql")
        replaced = {"template: debian12": f"template: {GUEST.template}", "/srv/platforms": str(self.folder),
                    "/srv/images/debian-13-generic-amd64.qcow2": str(image)}
        for name, options in (("vm", ()), ("group", ()), ("vm_info", ()), ("template", ("--check",))):
            stub = (BUILT / f"ansible_collections/nocloud/kvm/plugins/modules/{name}.py").read_text()
            examples = re.search(r"EXAMPLES = r'''\n(.*?)'''", stub, re.DOTALL)[1]
            for text, ours in replaced.items():
                examples = examples.replace(text, ours)
            playbook = self.folder / f"{name}.yml"
            playbook.write_text("- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n" +
                                textwrap.indent(examples, "    "))
            if name == "template":  # what its example has a VM for
                self.call("vmstop", "-d", "-y", *self.vms())
                self.call("vminstantiate", "-n", GUEST.template, "web00")
                self.call("vmstop", "web00")
            with self.subTest(name):
                self.call("ansible-playbook", playbook, *options, env=QUIET | COLLECTIONS)
        self.call("vmstop", "-d", "-y", *self.vms())
        self.assert_nothing_left()

    def test_a_template_comes_and_goes(self) -> None:
        _, image, *_, = GUEST.import_arguments()
        made = module("template", "--check", name="other", **{"import": str(image)}, user="debian")
        self.assertTrue(made["changed"], made)
        made = module("template", name="other", **{"import": str(image)}, user="debian")
        self.assertTrue(made["changed"], made)
        self.assertFalse(module("template", name="other", **{"import": str(image)}, user="debian")["changed"])
        self.assertTrue(module("template", name="other", state="absent")["changed"])
        self.call("vminstantiate", "-n", GUEST.template, "source")
        self.call("vmstop", "source")
        for mode, changed in (("--check", True), ("", True), ("", False)):
            made = module("template", *filter(None, [mode]), name="other", from_vm="source")
            self.assertEqual(made["changed"], changed, made)
        self.assertTrue(module("template", name="other", state="absent")["changed"])
        self.call("vmstop", "-d", "-y", "source")
        self.assert_nothing_left()
