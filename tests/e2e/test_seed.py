"""What the guest is given, and what nobody else may see."""

import os
import stat
from pathlib import Path

from case import Case, needs_root, whole_guest_only
from guest import GUEST
from world import DATA, SYSTEM, run, virsh

# Where the pool may be, for root and for an ordinary user.
POOL_FOLDERS = [Path("/var/lib/libvirt"), Path(os.environ["HOME"])]


class Secrets(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.user_data = cls.folder / "user-data"
        cls.user_data.write_text("#cloud-config\nchpasswd: {expire: false}\npassword: correct-horse\n")
        cls.describe("one", f"GUEST:1:web:mem={GUEST.memory};name=web")
        cls.call("vminstantiate", "-f", "one", "--user-data", cls.user_data, "--paused")

    def test_anybody_may_read_the_record_and_finds_no_secret(self) -> None:
        uri = "qemu:///system" if SYSTEM else "qemu:///session"
        xml = run("virsh", "--readonly" if SYSTEM else "--quiet", "-c", uri, "dumpxml", "--inactive", "web00").out
        self.assertIn("nocloud", xml)
        for secret in ("correct-horse", "PRIVATE KEY", "b3BlbnNzaC1rZXktdjE", (DATA / "secret").read_bytes().hex()):
            self.assertNotIn(secret, xml)

    def test_the_seed_is_its_owners(self) -> None:
        seeds = [file for folder in POOL_FOLDERS for file in folder.rglob("web00.seed*")]
        self.assertEqual([stat.S_IMODE(file.stat().st_mode) for file in seeds], [0o600], seeds)

    def test_our_own_files_are_the_owners(self) -> None:
        for name in ("secret", "id_ed25519"):
            self.assertEqual(stat.S_IMODE((DATA / name).stat().st_mode), 0o600)

    @needs_root
    def test_other_users_can_use_nothing_of_it(self) -> None:
        done = run("setpriv", "--reuid", "lab", "--regid", "lab", "--clear-groups", "cat", DATA / "secret")
        self.assertNotEqual(done.status, 0)


class UserData(Case):
    """The user's own user-data goes along unchanged; host key, login and hostname survive whatever it sets."""

    @whole_guest_only
    def test_host_key_login_and_hostname_survive(self) -> None:
        other = self.folder / "other"
        self.call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other)
        private = "".join(f"    {line}\n" for line in other.read_text().splitlines())
        user_data = self.folder / "user-data"
        user_data.write_text(
            "#cloud-config\nhostname: other\nfqdn: other.example\npreserve_hostname: true\n"
            "users:\n- name: somebody\n  lock_passwd: true\n"
            # Each of these would let nobody in: a password that has expired, an account that has ended.
            "- name: debian\n  expiredate: '2020-01-01'\n  inactive: '0'\n  no_create_home: true\n"
            "password: correct-horse\nchpasswd: {expire: true}\npower_state: {mode: reboot, delay: now}\n"
            f"ssh_keys:\n  ed25519_private: |\n{private}  ed25519_public: {other.with_suffix('.pub').read_text()}"
            "ssh_deletekeys: true\nwrite_files:\n- path: /etc/theirs\n  content: kept\n")
        done = self.call("vminstantiate", "-v", "-f", self.describe("one", f"GUEST:1:web:mem={GUEST.memory};name=web"),
                         "--user-data", user_data, "--wait", "cloud-init")
        self.assertIn("web00: rebooted\n", done.err)  # the reboot was waited out
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")
        self.assertEqual(self.in_vm("web00", "sudo", "cat", "/etc/theirs").out, "kept")
        self.assertIn("somebody", self.in_vm("web00", "getent", "passwd", "somebody").out)
        self.assertIn(" P ", self.in_vm("web00", "sudo", "passwd", "--status", "debian").out)  # the password is set

    def test_what_cloud_init_cannot_read_makes_nothing(self) -> None:
        user_data = self.folder / "broken"
        user_data.write_text("#cloud-config\npackages:\n\t- vim\n")
        done = self.call("vminstantiate", "-n", GUEST.template, "broken", "--user-data", user_data, status=3)
        self.assertIn(f"in '{user_data}': user-data:3:1: cloud-init cannot read this YAML", done.err)
        self.assertNotIn("broken", self.vms())

    def test_the_keys_of_the_caller_log_in(self) -> None:
        folder = Path(os.environ["HOME"]) / ".ssh"
        folder.mkdir(mode=0o700, exist_ok=True)
        key = folder / "id_ed25519"
        self.call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        try:
            self.call("vminstantiate", "-f", self.describe("keys", f"GUEST:1:web:mem={GUEST.memory};name=keys"))
            vm = self.vms()["keys00"]
            known = self.folder / "known"
            known.write_text(f"[{vm['host']}]:{vm['port']} {vm['host_key']}\n{vm['host']} {vm['host_key']}\n")
            done = self.call("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
                             "-o", f"UserKnownHostsFile={known}", "-i", key, "-p", str(vm["port"]),
                             f"{vm['user']}@{vm['host']}", "hostname")
            self.assertEqual(done.out, "keys00\n")
        finally:
            key.unlink()
            key.with_suffix(".pub").unlink()


class Emulation(Case):
    def test_without_a_choice_it_finds_what_works(self) -> None:
        self.describe("one", f"GUEST:1:web:mem={GUEST.memory};name=web")
        done = self.call("vminstantiate", "-f", "one", "--output", "json", env={"NOCLOUD_VIRT_TYPE": ""})
        chosen = done.json()["vms"][0]["virt_type"]
        if chosen == "qemu":
            self.assertEqual(done.err.count("warning:"), 1, done)
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")
        self.assertIn(f"type='{'kvm' if chosen == 'kvm' else 'qemu'}'", virsh("dumpxml", "web00"))
