"""nocloud-external beside real VMs, and the example that uses it. What is asked about is paused: nothing has to boot."""

import json
import shutil
import subprocess
import unittest
from pathlib import Path

from case import Case
from world import HOME, TOP

MIRRORS = [HOME / ".terraform.d/plugins", Path("/usr/share/terraform/plugins"), Path("/usr/local/share/terraform/plugins")]
PROVIDER = "registry.terraform.io/hashicorp/external"
needs_terraform = unittest.skipUnless(shutil.which("terraform"), "there is no terraform here")
needs_provider = unittest.skipUnless(any((mirror / PROVIDER).is_dir() for mirror in MIRRORS),
                                     "there is no local mirror of hashicorp/external here")


class External(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "--paused", "-f", cls.pftest())

    def ask(self, **query: str) -> dict:
        """As Terraform does: the keys sorted, no newline at the end."""
        return self.call("nocloud-external", text=json.dumps(query, sort_keys=True, separators=(",", ":"))).json()

    def test_tells_what_vmrunning_tells(self) -> None:
        vm = self.vms()["web00"]
        answer = self.ask(name="web00")
        self.assertEqual((answer["exists"], answer["uuid"], answer["mac"], answer["ip"], answer["host"], answer["port"]),
                         ("true", vm["uuid"], vm["mac"], vm["ip"] or "", vm["host"], str(vm["port"])))
        self.assertEqual(json.loads(self.ask(group="pftest", type="sql")["vms_json"]), [self.vms()["db00"]])

    def test_ten_at_once_while_a_vm_is_made(self) -> None:
        """None waits for a lock that the other holds."""
        making = subprocess.Popen(["vminstantiate", "--paused", "-f", self.folder / "pftest"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        asking = [subprocess.Popen(["nocloud-external"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(10)]
        answers = {program.communicate(b'{"group":"pftest"}', timeout=300)[0] for program in asking}
        making.wait(300)
        self.assertEqual(len(answers), 1)
        self.assertEqual(len(json.loads(json.loads(answers.pop())["vms_json"])), 3)

    def test_a_vm_that_was_removed_does_not_exist(self) -> None:
        """A destroy asks as well, and must not fail."""
        self.call("vminstantiate", "--paused", "-n", self.vms()["web00"]["template"], "-g", "pftest", "soon-gone")
        self.assertEqual(self.ask(name="soon-gone")["exists"], "true")
        self.call("vmstop", "-d", "-y", "soon-gone")
        self.assertEqual(self.ask(name="soon-gone")["exists"], "false")

    @needs_terraform
    def test_the_example_is_well_formed(self) -> None:
        self.call("terraform", "fmt", "-check", "-diff", TOP / "examples/terraform-external")

    @needs_terraform
    @needs_provider
    def test_the_example_creates_reads_and_destroys(self) -> None:
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        folder = shutil.copytree(TOP / "examples/terraform-external", self.folder / "example", symlinks=False)
        shutil.copy(self.describe("depot", "GUEST:2:web:mem=128;name=depot-web"), folder / "depot")
        terraform = ("terraform", f"-chdir={folder}")
        self.call(*terraform, "init", "-input=false")
        self.call(*terraform, "apply", "-auto-approve", "-input=false")
        outputs = self.call(*terraform, "output", "-json").json()
        self.assertEqual(set(outputs["addresses"]["value"]), {"depot-web00", "depot-web01"})
        self.call(*terraform, "destroy", "-auto-approve", "-input=false")
        self.assertEqual(self.vms(), {})
        self.call("vminstantiate", "--paused", "-f", self.pftest())
