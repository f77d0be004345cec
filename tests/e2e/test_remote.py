"""VMs of another machine, which is reached over SSH: here it is this one, by a real sshd on loopback."""

import shutil
import subprocess
import time
import unittest
from pathlib import Path

from case import Case, needs_root
from collection import QUIET, module, needs_ansible
from guest import GUEST
from world import DATA, HOME, INVENTORY, World, run

REMOTE = "qemu+ssh://hypervisor/system"
PORT = 2222


class Hypervisor:
    """An SSH server that our user's ssh knows as `hypervisor`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "sshd.log"
        for name in ("host", "login"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1:{PORT}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/login.pub\n"
            "PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
            "Subsystem sftp internal-sftp\n")
        (folder / "known_hosts").write_text(f"hypervisor {(folder / 'host.pub').read_text()}")
        settings = HOME / ".ssh"
        settings.mkdir(mode=0o700, exist_ok=True)
        (settings / "config").write_text(
            f"Host hypervisor\n HostName 127.0.0.1\n HostKeyAlias hypervisor\n Port {PORT}\n User root\n"
            f" IdentityFile {folder}/login\n UserKnownHostsFile {folder}/known_hosts\n"
            f"Host 127.0.0.1\n HostKeyAlias hypervisor\n UserKnownHostsFile {folder}/known_hosts\n"
            "Host *\n ForwardAgent yes\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", folder / "sshd_config", "-E", self.log])
        deadline = time.monotonic() + 60
        while "Server listening" not in (self.log.read_text() if self.log.exists() else ""):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"sshd does not start: {self.log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@needs_root
@unittest.skipUnless(shutil.which("/usr/sbin/sshd"), "there is no sshd here")
class Remote(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.hypervisor = Hypervisor(cls.folder)
        cls.addClassCleanup(cls.hypervisor.stop)
        cls.before = World()

    @needs_ansible
    def test_modules_need_nothing_there_but_libvirt(self) -> None:
        wanted = {"name": "one", "template": GUEST.template, "memory": GUEST.memory, "virt_type": "qemu", "timeout": 3600}
        made = module("vm", target="hypervisor", **wanted)
        self.assertTrue(made["changed"], made)
        self.assertEqual({key: made[key] for key in self.vms()["one"]}, self.vms()["one"])
        self.assertFalse(module("vm", target="hypervisor", **wanted)["changed"])
        self.assertTrue(module("vm", target="hypervisor", name="one", state="absent")["changed"])
        self.assert_nothing_left()

    def test_tools_work_from_here(self) -> None:
        self.call("vminstantiate", "--connect", REMOTE, "-n", GUEST.template, "--mem", str(GUEST.memory), "far")
        self.assertEqual(self.call("vm", "--connect", REMOTE, "-n", "far", "hostname").out, "far\n")
        told = self.call("vmrunning", "--connect", REMOTE, "--output", "json").json()["vms"]
        self.assertEqual([(vm["name"], vm["via"]) for vm in told], [("far", "hypervisor")])
        by_name = self.call("ssh", "-F", DATA / "ssh_config", "-o", "BatchMode=yes", "far", "hostname")
        self.assertEqual((by_name.out, by_name.err), ("far\n", ""))
        by_uri = f"qemu+ssh://root@127.0.0.1:{PORT}/system?keyfile={self.hypervisor.folder}/login"
        self.assertEqual(self.call("vm", "--connect", by_uri, "-n", "far", "hostname").out, "far\n")
        self.call("vmstop", "--connect", by_uri, "-d", "-y", "far")
        self.assert_nothing_left()

    @needs_ansible
    def test_ansible_goes_through_it(self) -> None:
        """With known_hosts of its own, which hold the recorded keys. Without the way there is no other."""
        self.call("vminstantiate", "-n", GUEST.template, "--mem", str(GUEST.memory), "far")
        (DATA / "known_hosts").unlink()
        ask = ("ansible", "-i", INVENTORY, "all", "-m", "raw", "-a", "hostname")
        there = {**QUIET, "NOCLOUD_CONNECT": REMOTE}
        self.assertIn("far | CHANGED", self.call(*ask, env=there).out)

        listed = self.call("vminventory", "--connect", REMOTE, "--host", "far").json()
        self.assertRegex(listed["nocloud_ssh_args"], "ProxyCommand=ssh .* -- ssh://hypervisor'")
        self.call("vmstop", "-d", "-y", "far")
        self.assert_nothing_left()
