"""A template of what a VM has become."""

from pathlib import Path

from appliance import appliance_environment
from case import Case, one_connection_will_do, tiny_guest_will_do, whole_guest_only
from guest import GUEST
from world import virsh, volumes

BLOCK = "1M 512"


class FromVm(Case):
    def describe_one(self, group: str, template: str, name: str) -> Path:
        return self.describe(group, f"{template}:1:web:mem={GUEST.memory};name={name}")

    def make_vm(self) -> None:
        self.call("vminstantiate", "-f", self.describe_one("source", GUEST.template, "source"))
        self.in_vm("source00", "true")

    def tearDown(self) -> None:
        for group in ("source", "clones"):
            self.call("vmstop", "-d", "-y", "-g", group)
        for template in ("layer", "flat", "sealed", "upper"):
            if f"{template} " in self.call("vmtemplate", "-l").out:
                self.call("vmtemplate", "-d", template)
        self.assert_nothing_left()


@tiny_guest_will_do
class Disk(FromVm):
    @staticmethod
    def path(name: str) -> str:
        return virsh("vol-path", f"{name}.qcow2", "--pool", "nocloud").strip()

    def on_disk(self, name: str, command: str) -> None:
        """A command of qemu-io's on a stopped VM's first disk; "read -P" fails where it finds another byte."""
        self.call("qemu-io", "-f", "qcow2", "-c", command, self.path(name))

    def chain(self, name: str) -> list[str]:
        told = self.call("qemu-img", "info", "-U", "--backing-chain", "--output", "json", self.path(name)).json()
        return [Path(layer["filename"]).name for layer in told]

    def clone(self, template: str) -> str:
        """A VM of the template, which has booted and is off again."""
        self.call("vminstantiate", "-f", self.describe_one("clones", template, template))
        self.in_vm(f"{template}00", "true")
        self.call("vmstop", f"{template}00")
        return f"{template}00"

    def test_a_layer_over_its_base(self) -> None:
        self.make_vm()
        self.assertIn("vmstop source00", self.call("vmtemplate", "--from", "source00", "-n", "layer", status=5).err)
        self.call("vmstop", "source00")
        base = self.chain("source00")[1]
        self.on_disk("source00", f"write -P 7 {BLOCK}")
        self.assertEqual(self.call("vmtemplate", "--from", "source00", "-n", "layer").out, "layer\n")
        again = self.call("vmtemplate", "--from", "source00", "-n", "layer", "--output", "json").json()
        self.assertEqual(again["change"], "already there")
        self.on_disk("source00", f"write -P 8 {BLOCK}")
        self.call("vmstop", "-d", "-y", "source00")

        clone = self.clone("layer")
        self.on_disk(clone, f"read -P 7 {BLOCK}")
        self.assertEqual(self.chain(clone)[2], base)
        for image in self.chain(clone):
            mode = Path(self.path(clone)).with_name(image).stat().st_mode
            self.assertEqual(mode & 0o077, 0, f"others can read {image}")
        self.call("vmtemplate", "--from", clone, "-n", "upper")
        self.call("vmstop", "-d", "-y", clone)
        # Whose template is gone may be needed still.
        self.call("vmtemplate", "-d", GUEST.template)
        self.call("vmtemplate", "-d", "layer")
        self.assertIn(base, volumes())
        upper = self.clone("upper")
        self.assertEqual(len(self.chain(upper)), 4)
        self.on_disk(upper, f"read -P 7 {BLOCK}")
        self.call("vmstop", "-d", "-y", upper)
        self.call("vmtemplate", "-d", "upper")
        self.assertNotIn(base, volumes())
        self.call("vmtemplate", *GUEST.import_arguments())

    def test_an_image_that_stands_alone(self) -> None:
        self.make_vm()
        self.call("vmstop", "source00")
        self.on_disk("source00", f"write -P 7 {BLOCK}")
        self.call("vmtemplate", "--from", "source00", "-n", "flat", "--flat")
        clone = self.clone("flat")
        self.assertEqual(len(self.chain(clone)), 2)
        self.on_disk(clone, f"read -P 7 {BLOCK}")

    @one_connection_will_do
    def test_not_of_what_has_snapshots(self) -> None:
        self.make_vm()
        self.call("vmstop", "source00")
        self.call("vmsnap", "source00", "-s")
        self.assertIn("vmsnap source00 -d",
                      self.call("vmtemplate", "--from", "source00", "-n", "layer", status=5).err)
        self.call("vmtemplate", "--from", "nosuch", "-n", "layer", status=4)


@whole_guest_only
class Sealed(FromVm):
    """What virt-sysprep leaves, two guests have not in common."""

    def identity(self, name: str) -> dict[str, str]:
        """systemd-networkd's DHCP identity follows from the machine-id."""
        return {"host key": self.vms()[name]["host_key"], "machine-id": self.in_vm(name, "cat /etc/machine-id").out,
                "random seed": self.in_vm(name, "sudo sha256sum /var/lib/systemd/random-seed").out}

    def test_clones_are_no_twins(self) -> None:
        environment = appliance_environment()
        self.make_vm()
        self.in_vm("source00", "echo kept > kept; echo ssh-ed25519 AAAA mallory | sudo tee /root/.ssh/authorized_keys "
                               ">> .ssh/authorized_keys; sync")
        source = self.identity("source00")
        self.call("vmstop", "source00")
        self.call("vmtemplate", "--from", "source00", "-n", "sealed", "--seal", env=environment)
        self.call("vminstantiate", "-f", self.describe("clones", f"sealed:2:web:mem={GUEST.memory};name=clone"),
                  "--wait", "cloud-init")
        first, second = self.identity("clone00"), self.identity("clone01")
        for what in source:
            self.assertEqual(len({found[what] for found in (source, first, second)}), 3, what)
        for name in ("clone00", "clone01"):
            self.assertEqual(self.in_vm(name, "cat kept; hostname").out, f"kept\n{name}\n")
            keys = self.in_vm(name, "sudo cat .ssh/authorized_keys /root/.ssh/authorized_keys || true").out
            self.assertNotIn("mallory", keys)
