"""A description becomes VMs; asking twice changes nothing."""


from case import Case
from guest import GUEST
from world import run, virsh

SAME = ("uuid", "mac", "ip", "host", "port", "host_key")


class Converge(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.first = cls.call("vminstantiate", "-f", cls.pftest())

    def test_each_is_named_on_its_own_line(self) -> None:
        self.assertEqual(self.first.out.split("\n"), ["web00", "web01", "db00", ""])

    def test_each_answers_by_its_own_name(self) -> None:
        for name in ("web00", "web01", "db00"):
            with self.subTest(name):
                self.assertEqual(self.in_vm(name, "hostname").out.strip(), name)

    def test_each_is_as_described(self) -> None:
        vms = self.vms()
        self.assertEqual({name: vm["type"] for name, vm in vms.items()}, {"web00": "web", "web01": "web", "db00": "sql"})
        for vm in vms.values():
            self.assertEqual((vm["group"], vm["template"], vm["memory_mib"], vm["cpus"], vm["state"]),
                             ("pftest", GUEST.template, GUEST.memory, 1, "running"))

    def test_second_run_changes_nothing_and_says_so(self) -> None:
        before = self.vms()
        again = self.call("vminstantiate", "-f", "pftest", "--output", "json").json()["vms"]
        self.assertEqual([vm["change"] for vm in again], ["already there"] * 3)
        self.assertEqual(self.vms(), before)
        told = self.call("vminstantiate", "-f", "pftest")
        self.assertIn("already there", told.err)

    def test_no_two_are_the_same_machine(self) -> None:
        vms = self.vms()
        self.assertEqual(len({vm["uuid"] for vm in vms.values()}), 3)
        if GUEST.whole:
            self.assertEqual(len({self.in_vm(name, "cat", "/etc/machine-id").out for name in vms}), 3)

    def test_what_is_down_is_started_and_nothing_else(self) -> None:
        before = self.vms()
        virsh("destroy", "web01")
        again = self.call("vminstantiate", "-f", "pftest", "--output", "json").json()["vms"]
        self.assertEqual({vm["name"]: vm["change"] for vm in again},
                         {"web00": "already there", "web01": "started", "db00": "already there"})
        self.assertEqual(self.vms(), before)

    def test_a_dry_run_ends_as_the_run_where_one_is_paused(self) -> None:
        virsh("suspend", "web01")
        try:
            dry, real = (self.call("vminstantiate", "-f", "pftest", *words, status=1) for words in (("--dry-run",), ()))
        finally:
            virsh("resume", "web01")
        said = dry.err[dry.err.index("vminstantiate: VM 'web01' is paused"):]
        self.assertIn("virsh resume web01", said)
        self.assertTrue(real.err.endswith(said), real.err)
        self.assertIn("see to each error below", real.err)
        self.assertNotIn("goes on with it", real.err)

    def test_what_differs_is_reported_and_left(self) -> None:
        before = self.vms()
        self.describe("pftest", f"GUEST:2:web:mem={GUEST.memory + 32};cpu=1;name=web",
                      f"GUEST:1:sql:mem={GUEST.memory};cpu=1;name=db")
        again = self.call("vminstantiate", "-f", "pftest")
        self.pftest()
        self.assertIn("web00 is not as described", again.err)
        self.assertIn("in place: `vmstop web00`", again.err)
        self.assertNotIn("db00 is not as described", again.err)
        self.assertEqual(self.vms(), before)


class Recreate(Case):
    def test_same_name_same_identity(self) -> None:
        self.call("vminstantiate", "-f", self.pftest())
        before = self.vms()
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assertEqual(self.vms(), {})
        self.call("vminstantiate", "-f", "pftest")
        after = self.vms()
        for name, vm in before.items():
            with self.subTest(name):
                self.assertEqual({key: vm[key] for key in SAME if key != "uuid"},
                                 {key: after[name][key] for key in SAME if key != "uuid"})
                self.assertNotEqual(vm["uuid"], after[name]["uuid"], "clones must never be twins")


class Identity(Case):
    def test_published_vectors_before_there_is_a_vm(self) -> None:
        for name, mac in (("foo", "52:54:00:2c:26:b4"), ("web00", "52:54:00:d0:5c:02"), ("db00", "52:54:00:44:b1:c4")):
            self.assertEqual(self.call("vm", "-n", name, "--show", "mac").out.strip(), mac)

    def test_host_key_is_known_before_there_is_a_vm(self) -> None:
        promised = self.call("vm", "-n", "db00", "--show", "host-key").out.strip()
        self.call("vminstantiate", "-f", self.describe("one", f"GUEST:1:sql:mem={GUEST.memory};name=db"))
        self.assertEqual(self.vms()["db00"]["host_key"], promised)
        port = str(self.vms()["db00"]["port"])
        offered = run("ssh-keyscan", "-t", "ed25519", "-p", port, self.vms()["db00"]["host"]).out
        self.assertIn(promised.split()[1], offered)
