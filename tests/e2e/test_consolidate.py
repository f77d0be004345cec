"""A VM that stands alone needs its template's image no more."""

import json
from pathlib import Path

from case import Case, one_connection_will_do
from guest import GUEST
from world import run, virsh, volumes


@one_connection_will_do
class Consolidate(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "-f", cls.pftest())

    @staticmethod
    def overlay(name: str) -> str:
        return virsh("vol-path", f"{name}.qcow2", "--pool", "nocloud").strip()

    def below(self, name: str) -> str | None:
        told = self.call("qemu-img", "info", "-U", "--output", "json", self.overlay(name)).out
        return json.loads(told).get("backing-filename")

    def boot(self, name: str) -> str:
        return self.in_vm(name, "cat /proc/sys/kernel/random/boot_id").out

    def test_while_it_runs(self) -> None:
        boot = self.boot("web00")
        self.assertIsNotNone(self.below("web00"))
        self.assertEqual(self.call("vmconsolidate", "web00").out, "web00\n")
        self.assertIsNone(self.below("web00"))
        self.assertEqual(self.boot("web00"), boot, "it went on running")
        told = self.call("vmconsolidate", "web00", "--output", "json").json()
        self.assertEqual(told, {"vms": [{"name": "web00", "changed": False, "error": None}]})
        virsh("destroy", "web00")
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")
        self.assertEqual(self.call("vminstantiate", "-f", "pftest").err.count("older image"), 0)

    def test_while_it_is_down(self) -> None:
        self.call("vmstop", "web01")
        before = self.folder / "before.raw"
        self.call("qemu-img", "convert", "-O", "raw", self.overlay("web01"), before)
        self.call("vmconsolidate", "web01")
        self.assertEqual(self.vms()["web01"]["state"], "stopped")
        self.assertIsNone(self.below("web01"))
        self.call("qemu-img", "compare", "-f", "raw", "-F", "qcow2", before, self.overlay("web01"))
        self.assertEqual(self.in_vm("web01", "hostname").out, "web01\n")

    def test_not_below_snapshots(self) -> None:
        self.call("vmsnap", "db00", "-s")
        self.assertIn("vmsnap db00 -d", self.call("vmconsolidate", "db00", status=5).err)
        self.call("vmsnap", "db00", "-d", "-i", "snap1")
        told = self.call("vmconsolidate", "nosuch", "web01", "--output", "json", status=4).json()["vms"]
        self.assertEqual([(vm["name"], vm["error"] is None) for vm in told], [("nosuch", False), ("web01", True)])


@one_connection_will_do
class Template(Case):
    def test_goes_before_its_vm(self) -> None:
        self.call("vminstantiate", "-f", self.describe("alone", f"GUEST:1:web:mem={GUEST.memory};name=web"))
        base = Path(json.loads(run("qemu-img", "info", "-U", "--output", "json", Consolidate.overlay("web00")).out)
                    ["backing-filename"]).name
        self.call("vmtemplate", "-d", GUEST.template, status=5)
        self.call("vmconsolidate", "web00")
        self.call("vmtemplate", "-d", GUEST.template)
        self.assertNotIn(base, volumes())
        virsh("destroy", "web00")
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")
        self.call("vmstop", "-d", "-y", "web00")
        self.assertEqual(volumes(), set())
