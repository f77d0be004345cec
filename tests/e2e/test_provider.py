"""The Terraform provider under the real terraform, on guests that boot: the example, and what happens to it."""

import ipaddress
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from case import long, needs_networks, one_connection_will_do, tiny_guest_will_do
from guest import GUEST
from provider import SETTINGS, SOMETHING_TO_DO, ProviderCase
from world import TOP, domains, run, virsh


class Provider(ProviderCase):
    """The example."""

    example: Path

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.example = cls.configuration("example")

    def tearDown(self) -> None:
        self.destroy(self.example)
        self.assertEqual(self.vms(), {})
        self.assert_nothing_left()

    def uuids(self) -> dict[str, str]:
        return {name: vm["uuid"] for name, vm in self.vms().items()}

    def test_the_example_is_well_formed(self) -> None:
        self.call("terraform", "fmt", "-check", "-diff", "-recursive", TOP / "examples/terraform", env=SETTINGS)
        self.terraform(self.example, "validate")

    def test_the_life_of_a_platform(self) -> None:
        self.assertIn("3 to add", self.plan(self.example, expected=SOMETHING_TO_DO))
        self.apply(self.example)
        outputs = self.outputs(self.example)
        self.assertEqual(outputs["addresses"], {name: vm["host"] for name, vm in self.vms().items()})
        self.assertEqual(self.call("sh", "-c", f"ssh {outputs['ssh_web']} hostname").out, "shop-web00\n")
        self.assertEqual(self.in_vm("shop-db00", "hostname").out, "shop-db00\n")
        self.plan(self.example)

        before = self.uuids()
        change = (f"-var=memory={GUEST.memory + 32}", "-var=disks=[2,2]")
        foretold = self.plan(self.example, *change, expected=SOMETHING_TO_DO)
        self.assertIn("3 to change, 0 to destroy", foretold)
        self.assertIn("will be stopped and started again", foretold)
        self.apply(self.example, *change)
        self.assertEqual(self.uuids(), before, "a VM was replaced")
        vms = self.vms()
        self.assertEqual(({vm["memory_mib"] for vm in vms.values()}, vms["shop-db00"]["disks_gib"]), ({GUEST.memory + 32}, [2, 2]))
        sizes = self.in_vm("shop-db00", "cat /sys/block/vd*/size").out.split()
        self.assertEqual(sizes.count(str(2 << 21)), 2, sizes)
        self.plan(self.example, *change)

        replacing = self.plan(self.example, *change, "-var=disks=[3]", expected=SOMETHING_TO_DO)
        self.assertIn("forces replacement", replacing)
        self.assertIn("1 to add, 0 to change, 1 to destroy", replacing)

    @one_connection_will_do
    @tiny_guest_will_do
    def test_drift_is_seen_and_repaired(self) -> None:
        self.apply(self.example)
        before = self.uuids()
        virsh("destroy", "shop-web00")
        self.call("vmstop", "-d", "-y", "shop-web01")
        foretold = self.plan(self.example, expected=SOMETHING_TO_DO)
        self.assertIn("1 to add, 1 to change, 0 to destroy", foretold)
        self.apply(self.example)
        after = self.uuids()
        self.assertEqual({name for name in after if after[name] != before[name]}, {"shop-web01"})
        self.assertEqual({vm["state"] for vm in self.vms().values()}, {"running"})
        self.plan(self.example)

    @one_connection_will_do
    @tiny_guest_will_do
    def test_a_destroy_of_what_is_gone_succeeds(self) -> None:
        self.apply(self.example)
        self.call("vmstop", "-d", "-y", "shop-db00")
        self.destroy(self.example, "-refresh=false")

    @one_connection_will_do
    @tiny_guest_will_do
    def test_imports_what_the_tools_have_made(self) -> None:
        self.call("vminstantiate", "-f", self.describe("shop", f"GUEST:2:web:mem={GUEST.memory};name=shop-web",
                                                       f"GUEST:1:sql:mem={GUEST.memory};dsk=1;name=shop-db"))
        before = self.vms()
        for address, name in (("nocloud_vm.web[0]", "shop-web00"), ("nocloud_vm.web[1]", "shop-web01"), ("nocloud_vm.db", "shop-db00")):
            self.terraform(self.example, "import", "-input=false", address, name)
        self.plan(self.example)
        self.assertEqual(self.vms(), before)

    @long
    @one_connection_will_do
    @tiny_guest_will_do
    def test_the_examples_own_tests_pass(self) -> None:
        self.assertIn("2 passed, 0 failed", self.terraform(self.example, "test").out)

    def begin_apply(self) -> subprocess.Popen:
        """An apply that has come to make VMs, in a process group of its own."""
        process = subprocess.Popen(["terraform", f"-chdir={self.example}", "apply", "-auto-approve", "-input=false"],
                                   env={**os.environ, **SETTINGS}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True, text=True)
        deadline = time.monotonic() + 300
        while not domains() & {"shop-web00", "shop-web01", "shop-db00"}:
            self.assertIsNone(process.poll(), "it ended before it made a VM")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        return process

    @long
    @one_connection_will_do
    @tiny_guest_will_do
    def test_an_interrupt_ends_calmly_with_the_state_kept(self) -> None:
        process = self.begin_apply()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: Terraform and its plugins
        out, _ = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 1, out)
        self.assertNotIn("crash", out)
        made = set(self.terraform(self.example, "state", "list").out.split())
        self.assertEqual(len(made), len(self.vms()), "what is there is in the state")
        self.apply(self.example)
        self.plan(self.example)

    @one_connection_will_do
    @tiny_guest_will_do
    def test_a_killed_apply_is_simply_run_again(self) -> None:
        process = self.begin_apply()
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=300)
        self.apply(self.example)
        self.assertEqual(set(self.vms()), {"shop-web00", "shop-web01", "shop-db00"})
        self.plan(self.example)

    @long
    @one_connection_will_do
    @tiny_guest_will_do
    def test_a_killed_provider_is_an_error_and_no_loss(self) -> None:
        process = self.begin_apply()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        others = run("pgrep", "-s", str(process.pid), "-f", "terraform-provider-nocloud").out.split()
        for pid in {*children, *others}:
            os.kill(int(pid), signal.SIGKILL)
        out, _ = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 1, out)
        self.apply(self.example)
        self.plan(self.example)


@one_connection_will_do
@tiny_guest_will_do
class ProviderKinds(ProviderCase):
    """Groups, templates, data sources, and many VMs."""

    def test_a_group_is_kept_as_it_is_described(self) -> None:
        folder = self.configuration("group", """
variable "webs" { default = 2 }

resource "nocloud_group" "pftest" {
  name = "pftest"
  lines = [
    { template = var.template, count = var.webs, type = "web", name = "web", memory = var.memory },
    { template = var.template, type = "sql", name = "db", memory = var.memory },
  ]
}

data "nocloud_group" "web" {
  name       = nocloud_group.pftest.name
  type       = "web"
  depends_on = [nocloud_group.pftest]
}

output "hosts" { value = { for name, vm in nocloud_group.pftest.vms : name => vm.host } }
output "webs" { value = keys(data.nocloud_group.web.vms) }
""")
        self.apply(folder)
        self.assertEqual(self.outputs(folder)["hosts"], {name: vm["host"] for name, vm in self.vms().items()})
        self.assertEqual(self.outputs(folder)["webs"], ["web00", "web01"])
        self.plan(folder)
        database = self.vms()["db00"]
        self.assertIn("web01 will be removed", self.plan(folder, "-var=webs=1", expected=SOMETHING_TO_DO))
        self.apply(folder, "-var=webs=1")
        self.assertEqual(set(self.vms()), {"db00", "web00"})
        self.assertEqual(self.vms()["db00"], database)
        self.destroy(folder)
        self.assert_nothing_left()

    @needs_networks
    def test_a_network_and_a_vm_on_it(self) -> None:
        folder = self.configuration("network", """
resource "nocloud_network" "lab" {
  name   = "lab"
  subnet = "198.18.9.0/24"
}

resource "nocloud_vm" "one" {
  name     = "one"
  template = var.template
  memory   = var.memory
  networks = ["nat", "nat=${nocloud_network.lab.name}"]
}
""")
        self.apply(folder)
        self.plan(folder)
        found = self.addresses_in("one")
        self.assertIn(ipaddress.ip_address(self.vms()["one"]["ip"]), found)
        self.assertEqual(len([address for address in found if address in ipaddress.ip_network("198.18.9.0/24")]), 1)
        self.destroy(folder)
        self.assert_nothing_left()

    def test_a_template_and_its_vm_come_and_go(self) -> None:
        given = dict(zip(GUEST.import_arguments()[0::2], GUEST.import_arguments()[1::2], strict=True))
        folder = self.configuration("template", f"""
resource "nocloud_template" "other" {{
  name    = "other"
  import  = "{given['--import']}"
  user    = "{given['--user']}"
  kernel  = "{given['--kernel']}"
  initrd  = "{given['--initrd']}"
  cmdline = "{given['--cmdline']}"
}}

resource "nocloud_vm" "one" {{
  name      = "one"
  template  = nocloud_template.other.name
  memory    = var.memory
  user_data = "#cloud-config\\nwrite_files: []\\n"
  wait_for  = "address"
}}

data "nocloud_vm" "one" {{
  name = nocloud_vm.one.id
}}

data "nocloud_template" "other" {{
  name = nocloud_vm.one.template
}}

output "told" {{ value = [data.nocloud_vm.one.uuid, data.nocloud_template.other.user] }}
""")
        self.apply(folder)
        self.assertEqual(self.outputs(folder)["told"], [self.vms()["one"]["uuid"], given["--user"]])
        self.plan(folder)
        state = json.loads(self.terraform(folder, "show", "-json").out)
        self.assertIn("user_data", json.dumps(state["values"]["root_module"]["resources"][-1]["sensitive_values"]))
        self.destroy(folder)
        self.assert_nothing_left()

    @long
    def test_many_at_once(self) -> None:
        folder = self.configuration("many", """
resource "nocloud_vm" "many" {
  count    = 20
  name     = format("many%02d", count.index)
  template = var.template
  memory   = var.memory
  wait_for = "none"
}
""")
        self.apply(folder, "-parallelism=10")
        self.assertEqual(len(self.vms()), 20)
        self.plan(folder, "-parallelism=10")
        self.destroy(folder, "-parallelism=10")
        self.assert_nothing_left()
