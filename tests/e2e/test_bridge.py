"""A bridge that others serve: they give the guest its address, and nocloud finds it."""

import ipaddress
import subprocess

from case import Case, needs_networks
from guest import GUEST
from world import SYSTEM, run, virsh

BRIDGE = "br-others"
SUBNET = ipaddress.ip_network("198.18.7.0/24")  # for tests of networks, RFC 2544


class Bridge(Case):
    @classmethod
    def setUpClass(cls) -> None:
        if SYSTEM:
            cls.addClassCleanup(cls.make_bridge().kill)
        super().setUpClass()

    @classmethod
    def make_bridge(cls) -> subprocess.Popen:
        """The others: a bridge and its DHCP server."""
        for words in (f"link add {BRIDGE} type bridge", f"address add {SUBNET[1]}/24 dev {BRIDGE}", f"link set {BRIDGE} up"):
            cls.call("ip", *words.split())
        cls.addClassCleanup(run, "ip", "link", "delete", BRIDGE)
        return subprocess.Popen(["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0",
                                 f"--interface={BRIDGE}", "--bind-interfaces", "--dhcp-leasefile=/dev/null",
                                 f"--dhcp-range={SUBNET[100]},{SUBNET[200]}"])

    def instantiate(self, *words: str) -> dict:
        self.call("vminstantiate", "--network", f"bridge={BRIDGE}", "--mem", str(GUEST.memory), "-n", GUEST.template, *words)
        return self.vms()[words[-1]]

    @needs_networks
    def test_its_address_is_found(self) -> None:
        vm = self.instantiate("bridged")
        self.assertIn(ipaddress.ip_address(vm["ip"]), SUBNET)
        self.assertEqual((vm["host"], vm["port"], vm["networks"]), (vm["ip"], 22, [f"bridge={BRIDGE}"]))
        self.assertEqual(self.in_vm("bridged", "hostname").out, "bridged\n")
        self.assertIn(vm["ip"], self.call("vminventory", "--host", "bridged").out)

        virsh("destroy", "bridged")
        self.assertEqual(self.in_vm("bridged", "hostname").out, "bridged\n")

        self.call("vmstop", "-d", "-y", "bridged")
        self.assert_nothing_left()

    @needs_networks
    def test_it_may_be_a_further_network(self) -> None:
        self.call("vminstantiate", "--network", f"nat,bridge={BRIDGE}", "--mem", str(GUEST.memory), "-n", GUEST.template, "both")
        vm = self.vms()["both"]
        self.assertEqual(vm["networks"], ["nat", f"bridge={BRIDGE}"])
        found = self.eventually(lambda: [address for address in self.addresses_in("both") if address in SUBNET])
        self.assertEqual(len(found), 1)
        self.assertIn(ipaddress.ip_address(vm["ip"]), self.addresses_in("both"))
        self.call("vmstop", "-d", "-y", "both")
        self.assert_nothing_left()

    @needs_networks
    def test_a_guest_that_nobody_gave_an_address_says_so(self) -> None:
        self.call("ip", "link", "add", "br-silent", "type", "bridge")
        self.addCleanup(run, "ip", "link", "delete", "br-silent")
        done = self.call("vminstantiate", "--network", "bridge=br-silent", "--mem", str(GUEST.memory), "-n", GUEST.template,
                         "--timeout", "5", "silent", status=7)
        self.assertIn("no address of it was found", done.err)
        self.call("vmstop", "-d", "-y", "silent")
        self.assert_nothing_left()
