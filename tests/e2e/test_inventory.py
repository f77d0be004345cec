"""What runs, as Ansible sees it."""

import json
import re
import time

from case import Case, whole_guest_only
from collection import QUIET, needs_ansible
from guest import GUEST
from world import DATA, INVENTORY, run, virsh


class Inventory(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "-f", cls.pftest())

    def test_groups_and_hosts(self) -> None:
        listed = self.call("vminventory", "--list").json()
        self.assertEqual(listed["pftest"], {"children": ["pftest_sql", "pftest_web"]})
        self.assertEqual(listed["pftest_web"], {"hosts": ["web00", "web01"]})
        self.assertEqual(listed["pftest_sql"], {"hosts": ["db00"]})
        self.assertEqual(listed[f"template_{GUEST.template}"]["hosts"], ["db00", "web00", "web01"])

    def test_variables_of_a_host(self) -> None:
        vm = self.vms()["web00"]
        variables = self.call("vminventory", "--host", "web00").json()
        self.assertEqual(variables, self.call("vminventory", "--list").json()["_meta"]["hostvars"]["web00"])
        self.assertEqual((variables["ansible_host"], variables["ansible_port"], variables["nocloud_user"]),
                         (vm["host"], vm["port"], vm["user"]))
        self.assertNotIn("StrictHostKeyChecking=no", json.dumps(variables))
        self.assertEqual(self.call("vminventory", "--host", "nosuch").json(), {})

    def test_the_shell_can_use_it(self) -> None:
        """The SSH arguments of the inventory are enough for a verified login by themselves."""
        variables = self.call("vminventory", "--host", "db00").json()
        words = run("sh", "-c", f"printf '%s\\n' {variables['nocloud_ssh_args']}").out.splitlines()
        done = self.call("ssh", "-o", "BatchMode=yes", *words, "-p", str(variables["ansible_port"]),
                         f"{variables['nocloud_user']}@{variables['ansible_host']}", "hostname")
        self.assertEqual((done.out, done.err), ("db00\n", ""))

    def test_what_others_change_is_seen_at_once(self) -> None:
        """As fast as libvirt can change it: what is kept of records must never outlive them."""
        before, after = self.folder / "before.xml", self.folder / "after.xml"
        before.write_text(virsh("dumpxml", "--inactive", "web01"))
        after.write_text(re.sub(r"type=(['\"])web['\"]", r"type=\1changed\1", before.read_text(), count=1))
        listed = self.call("vminventory", "--list").json()
        for _ in range(15):
            virsh("define", str(after))
            changed = self.call("vminventory", "--list").json()
            self.assertEqual((changed["pftest_changed"], changed["pftest_web"]), ({"hosts": ["web01"]}, {"hosts": ["web00"]}))
            virsh("define", str(before))
            self.assertEqual(self.call("vminventory", "--list").json(), listed)
        time.sleep(0.2)
        for _ in range(2):  # by heart, the second time
            self.assertEqual(self.call("vminventory", "--list").json(), listed)

    def test_what_is_down_is_not_listed(self) -> None:
        virsh("destroy", "web01")
        self.assertEqual(self.call("vminventory", "--list").json()["pftest_web"], {"hosts": ["web00"]})
        self.assertIn("web01", self.call("vminventory", "--list", "--state", "all").out)
        self.call("vminstantiate", "-f", "pftest")

    @needs_ansible
    def test_ansible_reads_it(self) -> None:
        graph = self.call("ansible-inventory", "-i", INVENTORY, "--graph", env=QUIET)
        for word in ("@pftest:", "@pftest_sql:", "@pftest_web:", "web00", "web01", "db00"):
            self.assertIn(word, graph.out)
        self.assertEqual(graph.err, "")

    @needs_ansible
    def test_ansible_runs_a_command_through_the_verified_host_key(self) -> None:
        done = self.call("ansible", "-i", INVENTORY, "all", "-m", "raw", "-a", "hostname", env=QUIET)
        self.assertEqual(done.out.count("rc=0"), 3, done)

    @needs_ansible
    def test_group_vars_override_how_to_log_in(self) -> None:
        """Ours are defaults: Ansible must come as nobody, whom the guest refuses."""
        vars_of_all = self.folder / "group_vars" / "all.yml"
        vars_of_all.parent.mkdir()
        vars_of_all.write_text("ansible_user: nobody\nansible_python_interpreter: /opt/python\n"
                               "ansible_ssh_common_args: '{{ nocloud_ssh_args }} -o LogLevel=VERBOSE'\n")
        play = self.folder / "play.yml"
        play.write_text("[{hosts: web00, gather_facts: false, tasks: [{raw: 'true'}]}]")
        show = self.call("ansible-playbook", "-i", INVENTORY, "-vvv", play, env=QUIET, status=4)
        self.assertIn('User="nobody"', show.out)
        self.assertRegex(show.out, r"HostKeyAlias=web00\.[0-9a-f]{12}.*LogLevel=VERBOSE")
        asked = self.call("ansible-inventory", "-i", INVENTORY, "--playbook-dir", self.folder, "--host", "web00", env=QUIET)
        self.assertEqual(asked.json()["ansible_python_interpreter"], "/opt/python")

    @needs_ansible
    @whole_guest_only
    def test_ansible_pings(self) -> None:
        done = self.call("ansible", "-i", INVENTORY, "all", "-m", "ping", env=QUIET)
        self.assertEqual(done.out.count('"ping": "pong"'), 3, done)

    @needs_ansible
    def test_ansible_refuses_another_host_key(self) -> None:
        """As it must when another machine answers in the place of a VM."""
        other = self.vms()["db00"]
        done = run("ansible", "-i", INVENTORY, "web00", "-m", "raw", "-a", "hostname", "-e", f"ansible_host={other['host']}",
                   "-e", f"ansible_port={other['port']}", env=QUIET)
        self.assertNotEqual(done.status, 0)
        self.assertIn("UNREACHABLE", done.out)

    def test_host_keys_come_from_the_record(self) -> None:
        """Also for who knows nothing of the VM yet, such as another machine's user."""
        (DATA / "known_hosts").unlink()
        self.call("vminventory", "--list")
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")

    def test_hosts_by_address(self) -> None:
        vm = self.vms()["web00"]
        listed = self.call("vminventory", "--list", env={"NOCLOUD_HOSTNAME": "address"}).json()
        name = vm["ip"] or "web00"
        self.assertIn(name, listed["pftest_web"]["hosts"])
        self.assertEqual(self.call("vminventory", "--hostname", "address", "--host", name).json()["nocloud_name"], "web00")
