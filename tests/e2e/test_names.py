"""The VMs of a network find each other by name."""

from case import Case, needs_networks
from guest import GUEST


class Names(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "-f", cls.pftest())

    def greeting(self, of: str) -> str:
        """What web00 gets when it connects to another VM's sshd by its name."""
        if GUEST.whole:
            return self.in_vm("web00", f"timeout 120 bash -c 'exec 3<>/dev/tcp/{of}/22 && head -c 7 <&3' 2>&1").out
        return self.in_vm("web00", f"sleep 3 | nc {of} 22 2>&1 | head -c 7").out

    @needs_networks
    def test_by_name(self) -> None:
        self.assertEqual(self.greeting("db00"), "SSH-2.0")
        self.assertEqual(self.greeting("web01"), "SSH-2.0")

    @needs_networks
    def test_the_name_of_a_removed_vm_is_gone(self) -> None:
        self.call("vminstantiate", "--mem", str(GUEST.memory), "-n", GUEST.template, "-g", "pftest", "soon-gone")
        self.assertEqual(self.greeting("soon-gone"), "SSH-2.0")
        self.call("vmstop", "-d", "-y", "soon-gone")
        self.in_vm("web00", "nslookup soon-gone" if not GUEST.whole else "getent hosts soon-gone",
                   status=1 if not GUEST.whole else 2)
