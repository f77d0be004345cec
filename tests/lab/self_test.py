#!/usr/bin/python3
"""The laboratory keeps its promises: private, side by side, and gone without a trace however it ends.

Needs root, or sudo. Prints a line per case, which scripts/test counts.
"""

import os
import signal
import subprocess
import sys
import time
import unittest
import uuid
from pathlib import Path

LAB = Path(__file__).resolve().parent / "lab"
DOMAIN = """<domain type='qemu'><name>d</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices>{nic}</devices></domain>"""
NETWORK = """<network><name>n</name><forward mode='nat'/><bridge stp='off' delay='0'/>
<ip address='192.168.77.1' netmask='255.255.255.0'><dhcp><range start='192.168.77.9' end='192.168.77.99'/></dhcp></ip>
</network>"""


def lab(*words: str, user: bool = False) -> subprocess.CompletedProcess:
    command = [LAB, *(["--user"] if user else []), "--", *words]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=300)


def script(*lines: str) -> list[str]:
    return ["bash", "-euc", "\n".join(lines)]


def traces(mark: str) -> list[str]:
    """Processes with the mark in their environment, and mounts and folders of labs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
            if mark.encode() in environment and int(entry.name) != os.getpid():
                found.append((entry / "comm").read_text().strip())
        except OSError:  # it has ended, or is another user's
            continue
    return found + [line for line in Path("/proc/mounts").read_text().splitlines() if "/run/lab" in line]


class Lab(unittest.TestCase):
    def setUp(self) -> None:
        # By this the processes of this case's lab are known among those of others.
        self.mark = f"NOCLOUD_MARK={uuid.uuid4()}"
        name, _, value = self.mark.partition("=")
        os.environ[name] = value

    def assert_gone(self) -> None:
        time.sleep(0.2)
        os.environ.pop("NOCLOUD_MARK")
        self.assertEqual(traces(self.mark), [])

    def test_exit_status_and_output_are_the_commands(self) -> None:
        done = lab("sh", "-c", "echo out; echo err >&2; exit 7")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, "out\n", "err\n"))
        self.assert_gone()

    def test_libvirt_is_fresh(self) -> None:
        done = lab(*script("virsh -q uri", "virsh -q list --all", "virsh -q net-list --all", "virsh -q pool-list --all"))
        self.assertEqual(done.stdout.split(), ["qemu:///system"])
        self.assert_gone()

    def test_a_paused_guest_on_a_nat_network(self) -> None:
        nic = "<interface type='network'><source network='n'/></interface>"
        done = lab(*script(
            f'echo "{NETWORK}" >$TMPDIR/n; echo "{DOMAIN.format(nic=nic)}" >$TMPDIR/d',
            "virsh -q net-define $TMPDIR/n; virsh -q net-start n; virsh -q create $TMPDIR/d --paused",
            "virsh domstate d; ip -4 -br address show virbr0; cat /proc/sys/net/ipv4/ip_forward",
            "ps -C dnsmasq -o user= | head -n 1"))
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("paused", "192.168.77.1/24", "\n1\n", "nobody"):
            self.assertIn(words, done.stdout)
        self.assert_gone()

    def test_an_ordinary_user_has_a_session(self) -> None:
        done = lab(*script("id -un; virsh uri; pwd", f'echo "{DOMAIN.format(nic="")}" >$TMPDIR/d',
                           "virsh -q create $TMPDIR/d --paused; virsh domstate d; cat /etc/shadow || true"), user=True)
        self.assertEqual(done.stdout.split()[:2], ["lab", "qemu:///session"])
        self.assertIn("paused", done.stdout)
        self.assertIn("Permission denied", done.stderr)
        self.assert_gone()

    def test_host_name_and_tmp_are_its_own(self) -> None:
        before = os.uname().nodename
        done = lab(*script("hostname elsewhere; hostname; ls -A /tmp", f"touch /tmp/{self.mark[-36:]}"))
        self.assertEqual(done.stdout.split(), ["elsewhere"], done.stderr)
        self.assertEqual(os.uname().nodename, before)
        self.assertFalse(Path("/tmp", self.mark[-36:]).exists())
        self.assert_gone()

    def test_labs_don_t_see_each_other(self) -> None:
        """The second one starts while the first has a domain, and has none."""
        first = subprocess.Popen([LAB, "--", *script(
            f'echo "{DOMAIN.format(nic="")}" >$TMPDIR/d; virsh -q define $TMPDIR/d; echo ready; read -r _; virsh -q list --all --name')],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert first.stdout
        self.assertEqual(first.stdout.readline(), "ready\n")
        self.assertEqual(lab("virsh", "-q", "list", "--all", "--name").stdout.strip(), "")
        self.assertEqual(first.communicate("go\n")[0].strip(), "d")
        self.assert_gone()

    def end_by(self, number: signal.Signals) -> None:
        running = subprocess.Popen([LAB, "--", *script(
            f'echo "{DOMAIN.format(nic="")}" >$TMPDIR/d; virsh -q create $TMPDIR/d; echo ready; sleep 1000')],
            stdout=subprocess.PIPE, text=True)
        assert running.stdout
        self.assertEqual(running.stdout.readline(), "ready\n")
        running.send_signal(number)
        running.wait(timeout=30)
        self.assert_gone()

    def test_terminated(self) -> None:
        self.end_by(signal.SIGTERM)

    def test_interrupted(self) -> None:
        self.end_by(signal.SIGINT)

    def test_killed(self) -> None:
        self.end_by(signal.SIGKILL)


class Lines(unittest.TextTestResult):
    """A line "passed|failed NAME" each, as scripts/test counts them."""

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        print(f"passed {test.id().split('.', 1)[1]}", flush=True)

    def addFailure(self, test, error) -> None:
        super().addFailure(test, error)
        print(f"failed {test.id().split('.', 1)[1]}", flush=True)

    def addError(self, test, error) -> None:
        super().addError(test, error)
        print(f"failed {test.id().split('.', 1)[1]}", flush=True)


if __name__ == "__main__":
    if os.geteuid() != 0:
        # Signals and /proc of a lab are root's.
        os.execvp("sudo", ["sudo", "--", sys.executable, "-B", __file__])
    unittest.main(testRunner=unittest.TextTestRunner(resultclass=Lines, verbosity=0))
