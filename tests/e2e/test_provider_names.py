"""Terraform and names: whatever is not a resource's own stays as it is. No guest has to boot."""

from case import needs_networks, one_connection_will_do, tiny_guest_will_do
from guest import GUEST
from provider import SOMETHING_TO_DO, ProviderCase
from world import virsh


@one_connection_will_do
@tiny_guest_will_do
class ProviderNames(ProviderCase):
    ONE = """
resource "nocloud_vm" "RESOURCE" {
  name     = "one"
  template = "TEMPLATE"
  memory   = var.memory
  wait_for = "none"
  MORE
}
"""
    FIRST = "lifecycle { create_before_destroy = true }"

    def setUp(self) -> None:
        self.place = self.configuration(self._testMethodName, "")
        self.head = (self.place / "main.tf").read_text()

    def tearDown(self) -> None:
        self.destroy(self.place, "-refresh=false")
        if self.vms():
            self.call("vmstop", "-d", "-y", "one")
        self.assert_nothing_left()

    def describe_one(self, resource: str = "one", more: str = "", template: str = GUEST.template, beside: str = "") -> None:
        one = self.ONE.replace("RESOURCE", resource).replace("TEMPLATE", template).replace("MORE", more)
        (self.place / "main.tf").write_text(self.head + one + beside)

    def one(self) -> str:
        return self.vms()["one"]["uuid"]

    def refused(self, *words: str) -> str:
        """What is said of an apply that fails and leaves the VM as it is."""
        before = self.one()
        told = " ".join(self.apply(self.place, *words, status=1).err.replace("│", " ").split())
        self.assertEqual(self.one(), before)
        return told

    def test_what_something_else_made_stays(self) -> None:
        self.call("vminstantiate", "-n", GUEST.template, "--mem", str(GUEST.memory), "--paused", "one")
        self.describe_one()
        self.assertIn("there is a VM 'one' already", self.terraform(self.place, "plan", status=1).err)
        self.assertIn("terraform import", self.refused())
        self.destroy(self.place, "-refresh=false")
        self.assertIn("one", self.vms(), "a destroy removes what is in the state")

        self.call("vmstop", "-d", "-y", "one")
        self.apply(self.place)
        self.terraform(self.place, "workspace", "new", "other")
        self.assertIn("there is a VM 'one' already", self.refused())
        self.terraform(self.place, "workspace", "select", "default")
        self.call("vmstop", "-d", "-y", "one")
        self.call("vminstantiate", "-n", GUEST.template, "--mem", str(GUEST.memory), "--paused", "one")
        self.assertIn("there is a VM 'one' already", self.refused())
        self.destroy(self.place, "-refresh=false")
        self.assertIn("one", self.vms(), "another has the name since")

    def test_nothing_goes_for_what_can_not_be_made(self) -> None:
        self.describe_one()
        self.apply(self.place)
        for more, words in (('networks = ["bridge=nosuch"]', "no bridge 'nosuch'"),
                            ('networks = ["nat=missing"]', "nocloud_network.NAME.name"),
                            ("cpus = 300", "300 CPUs are more than a VM of this host can have")):
            with self.subTest(more):
                self.describe_one(more=more)
                self.assertIn(words, self.refused())
        virsh("suspend", "one")
        for more in ("", "cpus = 2"):
            with self.subTest(f"paused {more}"):
                self.describe_one(more=more)
                self.assertIn("VM 'one' is paused", self.refused())
        self.assertEqual(self.vms()["one"]["state"], "paused")
        self.destroy(self.place)
        self.assertNotIn("one", self.vms())

    @needs_networks
    def test_a_destroy_needs_nothing_of_the_host(self) -> None:
        for networks in ("bridge=gone0", "nat=gone"):
            with self.subTest(networks):
                kind, name = networks.split("=")
                self.make(kind, name)
                self.describe_one(more=f'networks = ["{networks}"]')
                self.apply(self.place)
                self.call("vmstop", "-d", "-y", "one")
                self.lose(kind, name)
                self.assertIn("the apply will fail", self.plan(self.place, expected=SOMETHING_TO_DO))
                self.assertIn("Destroy complete!", self.destroy(self.place).out)
                refused = self.terraform(self.place, "plan", status=1).err
                self.assertIn(f"'{name}'", refused, "it is a new one now")
                self.assertIn("-refresh=false", refused)
        self.describe_one()
        self.apply(self.place)
        self.call("vmstop", "-d", "-y", "one")
        self.describe_one(template="nosuch")
        self.assertIn("Destroy complete!", self.destroy(self.place).out)
        self.assertIn("'nosuch'", self.terraform(self.place, "plan", status=1).err)

    def make(self, kind: str, name: str) -> None:
        """A bridge or a network, as an administrator makes them."""
        if kind == "bridge":
            self.call("ip", "link", "add", name, "type", "bridge")
            return
        description = self.place / "network.xml"
        description.write_text(f"<network><name>{name}</name><forward mode='nat'/>"
                               "<ip address='198.18.9.1' netmask='255.255.255.0'/></network>")
        virsh("net-define", str(description))

    def lose(self, kind: str, name: str) -> None:
        if kind == "bridge":
            self.call("ip", "link", "delete", name)
            return
        virsh("net-destroy", name)
        virsh("net-undefine", name)

    def test_one_is_replaced_but_not_created_before_it_is_destroyed(self) -> None:
        self.describe_one()
        self.apply(self.place)
        made = [self.one()]
        self.terraform(self.place, "taint", "nocloud_vm.one")
        self.apply(self.place)
        made.append(self.one())
        self.apply(self.place, "-replace=nocloud_vm.one")
        made.append(self.one())
        self.assertEqual(len(set(made)), 3)
        trigger = 'resource "terraform_data" "trigger" { input = "VALUE" }\n'
        for value in ("first", "second"):
            self.describe_one(more="lifecycle { replace_triggered_by = [terraform_data.trigger] }",
                              beside=trigger.replace("VALUE", value))
            self.apply(self.place)
        self.assertNotEqual(self.one(), made[-1])
        self.describe_one()
        self.apply(self.place)

        self.describe_one(more=self.FIRST)
        self.assertIn("create_before_destroy", self.refused("-replace=nocloud_vm.one"))
        self.plan(self.place)
        self.terraform(self.place, "taint", "nocloud_vm.one")
        self.assertIn("create_before_destroy", self.refused())
        self.terraform(self.place, "untaint", "nocloud_vm.one")
        self.describe_one(beside=f'resource "terraform_data" "on_it" {{\n  input = nocloud_vm.one.uuid\n  {self.FIRST}\n}}\n')
        self.apply(self.place)
        self.assertIn("create_before_destroy", self.refused("-replace=nocloud_vm.one"))

    def test_one_name_has_one_resource(self) -> None:
        self.describe_one(template="nosuch")
        self.assertIn("there is no template 'nosuch'", self.terraform(self.place, "plan", status=1).err)
        twin = self.ONE.replace("RESOURCE", "twin").replace("TEMPLATE", GUEST.template).replace("MORE", "")
        self.describe_one(beside=twin)
        self.assertIn("two resources would make VM 'one'", self.terraform(self.place, "plan", status=1).err)
        self.describe_one()
        self.apply(self.place)
        before = self.one()
        self.describe_one(beside=twin)
        self.assertRegex(self.refused(), "another resource of this state|there is a VM 'one' already")
        self.terraform(self.place, "import", "-input=false", "nocloud_vm.twin", "one")
        self.assertIn("another resource of this state", self.refused())
        self.terraform(self.place, "state", "rm", "nocloud_vm.twin")

        self.describe_one("renamed")
        self.assertIn("moved", self.refused())
        self.describe_one("renamed", beside="moved {\n  from = nocloud_vm.one\n  to   = nocloud_vm.renamed\n}\n")
        self.apply(self.place)
        self.assertEqual(self.one(), before)
        self.plan(self.place)
