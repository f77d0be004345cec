"""The way of a user with a real Debian guest: create, ask again, Ansible, re-create, remove. `--full` runs all else."""

from case import Case, whole_guest_only
from guest import GUEST
from world import INVENTORY

KEPT = ("mac", "ip", "host", "port", "host_key")


class Debian(Case):
    def ping_all(self) -> None:
        done = self.call("ansible", "-i", INVENTORY, "all", "-m", "ping")
        self.assertEqual(done.out.count('"ping": "pong"'), 2, done)

    @whole_guest_only
    def test_from_nothing_to_nothing(self) -> None:
        self.describe("pftest", f"GUEST:1:web:mem={GUEST.memory};name=web", f"GUEST:1:sql:mem={GUEST.memory};name=db")
        self.call("vminstantiate", "-f", "pftest", "--wait", "cloud-init")
        before = self.vms()
        again = self.call("vminstantiate", "-f", "pftest", "--output", "json").json()["vms"]
        self.assertEqual([vm["change"] for vm in again], ["already there"] * 2)
        self.assertEqual(self.vms(), before)

        self.ping_all()
        machine = self.in_vm("web00", "cat", "/etc/machine-id").out
        self.assertNotEqual(self.in_vm("db00", "cat", "/etc/machine-id").out, machine)

        self.call("vmstop", "-d", "-y", "web00")
        self.call("vminstantiate", "-f", "pftest")
        after = self.vms()
        self.assertEqual({key: after["web00"][key] for key in KEPT}, {key: before["web00"][key] for key in KEPT})
        self.assertEqual(after["db00"], before["db00"])
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")
        self.assertNotEqual(self.in_vm("web00", "cat", "/etc/machine-id").out, machine)
        self.ping_all()  # although Ansible keeps a connection to the web00 that is no more

        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()
