"""The way of a user with a real Debian guest: create, ask again, Ansible, re-create, remove. `--full` runs all else."""

from case import Case, whole_guest_only
from guest import GUEST
from world import INVENTORY, SYSTEM, run

KEPT = ("mac", "ip", "host", "port", "host_key")


class Debian(Case):
    def ping_all(self) -> None:
        done = run("ansible", "-i", INVENTORY, "all", "-m", "ping")
        if done.status != 0:
            journals = [str(run("vm", "-n", name, "sudo journalctl -u ssh --no-pager -n 40")) for name in self.vms()]
            self.fail("\n".join([str(done), *journals]))
        self.assertEqual(done.out.count('"ping": "pong"'), len(self.vms()), done)

    @whole_guest_only
    def test_from_nothing_to_nothing(self) -> None:
        # Each takes a minute of the machine: that a neighbour is left alone is seen on one connection.
        kinds = {"web": "web", "sql": "db"} if SYSTEM else {"web": "web"}
        self.describe("pftest", *(f"GUEST:1:{kind}:mem={GUEST.memory};name={name}" for kind, name in kinds.items()))
        self.call("vminstantiate", "-f", "pftest", "--wait", "cloud-init")
        before = self.vms()
        again = self.call("vminstantiate", "-f", "pftest", "--output", "json").json()["vms"]
        self.assertEqual([vm["change"] for vm in again], ["already there"] * len(kinds))
        self.assertEqual(self.vms(), before)

        self.ping_all()
        machine = self.in_vm("web00", "cat", "/etc/machine-id").out
        others = before.keys() - {"web00"}
        for other in others:
            self.assertNotEqual(self.in_vm(other, "cat", "/etc/machine-id").out, machine)

        self.call("vmstop", "-d", "-y", "web00")
        self.call("vminstantiate", "-f", "pftest")
        after = self.vms()
        self.assertEqual({key: after["web00"][key] for key in KEPT}, {key: before["web00"][key] for key in KEPT})
        for other in others:
            self.assertEqual(after[other], before[other])
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")
        self.assertNotEqual(self.in_vm("web00", "cat", "/etc/machine-id").out, machine)
        self.ping_all()  # although Ansible keeps a connection to the web00 that is no more

        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()
