"""Templates made by an installer: a small one, which is the tiny guest with another /init, on real QEMU."""

import json
import signal
import socket
import subprocess
from pathlib import Path

from case import Case, tiny_guest_only
from guest import GUEST
from output_schema import check
from world import LIMIT, SYSTEM, domains, virsh

# It does what its answers say, in the place of the tiny guest's own /init.
INSTALLER = r"""#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
$bb --install -s /bin
export PATH=/bin
while read -r module; do insmod "/lib/modules/$module.ko"; done </lib/modules/order
printf '\033[2Jinstalling as %s\n' "$(cat /proc/cmdline)"
if [ ! -e /preseed.cfg ] || grep -q wait /preseed.cfg; then sleep 5; fi
if grep -q fail /preseed.cfg; then echo "no such mirror"; poweroff -f; fi
{ echo "INSTALLED BY"; cat /preseed.cfg 2>/dev/null; } >/dev/vda
dd if=/dev/urandom of=/dev/vda bs=1M seek=1 count=2
sync
echo installed
if grep -q reboot /preseed.cfg; then reboot -f; fi
poweroff -f
"""


def archive(name: str, content: bytes, mode: int) -> bytes:
    """A cpio archive of one file, as Linux unpacks it over an initrd."""

    def entry(path: str, kind: int, body: bytes) -> bytes:
        numbers = [0, kind, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(path) + 1, 0]
        head = b"070701" + b"".join(b"%08x" % number for number in numbers) + path.encode() + b"\0"
        return head + b"\0" * (-len(head) % 4) + body + b"\0" * (-len(body) % 4)

    return entry(name, 0o100000 | mode, content) + entry("TRAILER!!!", 0, b"")


class InstallerCase(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        initrd = (GUEST.folder / "initrd").read_bytes()
        cls.initrd = cls.folder / "initrd"
        cls.initrd.write_bytes(initrd + b"\0" * (-len(initrd) % 4) + archive("init", INSTALLER.encode(), 0o755))

    def preseed(self, *words: str) -> Path:
        path = self.folder / "preseed.cfg"
        path.write_text("".join(f"d-i test/{word} boolean true\n" for word in ("password", *words)))
        return path

    def command(self, answers: Path, kernel: Path = GUEST.folder / GUEST.kernel) -> list[str | Path]:
        return ["vmcreate", "-n", "fresh", "--kernel", kernel, "--initrd", self.initrd, "--cmdline", "quiet console=ttyS0",
                "--unattended", answers, "-d", "1", "-m", str(GUEST.memory), "--timeout", str(LIMIT)]

    def first_bytes_of(self, template: str) -> bytes:
        """What is at the start of the template's disk."""
        listed = self.call("vmtemplate", "-l", "--output", "json").json()["templates"]
        image = next(found["image"] for found in listed if found["name"] == template)
        disk = self.folder / "disk"
        virsh("pool-refresh", "nocloud")
        self.call("virsh", "--quiet", "vol-download", "--pool", "nocloud", image, disk)
        self.call("qemu-img", "dd", "-U", "-f", "qcow2", "-O", "raw", "bs=4096", "count=1", f"if={disk}",
                  f"of={self.folder}/start")
        return (self.folder / "start").read_bytes()


@tiny_guest_only
class Creation(InstallerCase):
    def tearDown(self) -> None:
        if "fresh" in domains():
            self.call("vmstop", "-d", "-y", "fresh")
        if "fresh.template" in domains():
            self.call("vmtemplate", "-d", "fresh")
        self.assert_nothing_left()

    def test_an_installer_runs_to_its_end(self) -> None:
        for words in ((), ("reboot",)):
            with self.subTest(words):
                made = self.call(*self.command(self.preseed(*words)))
                self.assertEqual(made.out, "fresh\n")
                self.assertEqual(domains() - self.before.domains, {"fresh.template"})
                disk = self.first_bytes_of("fresh")
                self.assertTrue(disk.startswith(b"INSTALLED BY\nd-i test/password boolean true\n"), disk[:100])
                self.assertIn("already there", self.call(*self.command(self.preseed())).err)
                self.call("vminstantiate", "-n", "fresh", "--paused", "copy")
                self.call("vmstop", "-d", "-y", "copy")
                self.call("vmtemplate", "-d", "fresh")

    def test_one_that_fails_is_told_of_and_kept(self) -> None:
        failed = self.call(*self.command(self.preseed("fail")), status=1)
        self.assertIn("nothing is on the disk", failed.err)
        self.assertIn("| no such mirror", failed.err)
        self.assertIn("installing as no_timer_check quiet", self.call("vm", "-n", "fresh", "--log").out)
        self.assertNotIn("\x1b", failed.err)
        self.call(*self.command(self.preseed()))

    def test_what_a_killed_run_began_is_gone_on_with(self) -> None:
        command = [str(word) for word in self.command(self.preseed("wait"))]
        killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.eventually(lambda: "fresh" in virsh("list", "--name").split())
        uuid = virsh("domuuid", "fresh")
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        self.assertNotIn("password", virsh("dumpxml", "fresh"))
        self.assertEqual(virsh("domuuid", "fresh"), uuid)
        self.call(*command)
        self.assertEqual(domains() - self.before.domains, {"fresh.template"})

    def test_nothing_is_made_of_wrong_files(self) -> None:
        wrong = self.folder / "wrong"
        wrong.write_text("Dear installer,\n")
        self.assertIn("no preseed", self.call(*self.command(wrong), status=3).err)
        self.assertIn("no ISO image", self.call("vmcreate", "-n", "fresh", "-i", wrong, "--output", "json", status=3).err)
        self.assertIn("no Linux kernel", self.call(*self.command(self.preseed(), kernel=wrong), status=3).err)


def vnc_result(place: dict, password: str) -> int:
    """What a VNC server says to a password: 0 lets in."""
    with socket.create_connection(("127.0.0.1", place["port"]), timeout=LIMIT) as server:
        stream = server.makefile("rwb")
        stream.write(stream.read(12))
        stream.flush()
        kinds = stream.read(stream.read(1)[0])
        assert b"\2" in kinds, f"it asks for no password: {kinds!r}"
        stream.write(b"\2")
        stream.flush()
        challenge = stream.read(16)
        key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode()[:8].ljust(8, b"\0"))
        answer = subprocess.run(["openssl", "enc", "-des-ecb", "-provider", "legacy", "-provider", "default", "-nopad",
                                 "-K", key.hex()], input=challenge, capture_output=True, check=True, timeout=60).stdout
        stream.write(answer)
        stream.flush()
        return int.from_bytes(stream.read(4), "big")


@tiny_guest_only
class ByHand(InstallerCase):
    """A person's installation, of whom only the looking is tried: the installer waits for nobody."""

    def begin(self, *words: str | Path) -> tuple[subprocess.Popen, dict]:
        iso = self.folder / "medium.iso"
        iso.write_bytes(bytes(32768) + b"\1CD001\1" + bytes(32768))  # all that is looked at; it boots nothing
        command = ["vmcreate", "-n", "byhand", "-i", iso, "-d", "1", "-m", str(GUEST.memory), "--output", "json",
                   *words]
        creation = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, creation)
        line = creation.stdout.readline().decode()
        self.assertTrue(line, "it ended before it said where its screen is")
        check([str(word) for word in command], 0, line)
        return creation, json.loads(line)["screen"]

    def end(self, creation: subprocess.Popen) -> None:
        creation.kill()
        creation.communicate()
        if "byhand" in domains():
            self.call("vmstop", "-d", "-y", "byhand")
        self.assert_nothing_left()

    def test_its_screen_is_the_callers_alone(self) -> None:
        creation, screen = self.begin()
        if SYSTEM:
            self.assertEqual(vnc_result(screen, screen["password"]), 0)
            self.assertNotEqual(vnc_result(screen, "wrong"), 0)
            self.assertNotIn(screen["password"], virsh("dumpxml", "byhand"))
            self.assertNotIn(screen["password"], Path(f"/proc/{creation.pid}/cmdline").read_text())
        else:
            self.assertEqual(screen["password"], "")
            place = Path(screen["socket"])
            self.assertTrue(place.is_socket())
            self.assertTrue(any(folder.stat().st_mode & 0o077 == 0 for folder in place.parents), place)
        self.call("vm", "-n", "byhand", "--screenshot", self.folder / "screen.png")
        picture = self.folder / "screen.png"
        self.assertEqual(picture.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(picture.stat().st_mode & 0o777, 0o600)
        virsh("destroy", "byhand")
        self.assertEqual(creation.wait(timeout=LIMIT), 1, "nothing was written")

    def test_its_disk_is_a_template_when_it_is_off(self) -> None:
        creation, _ = self.begin("--kernel", GUEST.folder / GUEST.kernel, "--initrd", self.initrd)
        self.assertIn('"created"', creation.communicate(timeout=LIMIT)[0].decode())
        self.assertEqual(creation.returncode, 0)
        self.assertTrue(self.first_bytes_of("byhand").startswith(b"INSTALLED BY\n\0"))
        self.call("vmtemplate", "-d", "byhand")

    def test_others_have_no_screen(self) -> None:
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "web00")
        refused = self.call("vm", "-n", "web00", "--screenshot", self.folder / "none.png", status=6)
        self.assertIn("has no screen", refused.err)
        self.assertIn("--console", refused.err)
        self.assertFalse((self.folder / "none.png").exists())


class Adjustment(Case):
    def size_of(self, volume: str) -> int:
        lines = virsh("vol-info", "--bytes", "--pool", "nocloud", volume).splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Capacity"))

    def test_a_vm_that_is_down(self) -> None:
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "web00")
        self.call("vmcreate", "-a", "-n", "web00", "-c", "2", status=5)
        self.call("vmstop", "--grace", "0", "web00")
        self.assertEqual(self.call("vmcreate", "-a", "-n", "web00", "-m", "200", "-c", "2", "-d", "5").out, "web00\n")
        self.assertEqual(self.call("vmcreate", "-a", "-n", "web00", "-m", "200", "-d", "5").out, "")
        self.assertEqual(self.size_of("web00.qcow2"), 5 << 30)
        self.assertIn("only grow", self.call("vmcreate", "-a", "-n", "web00", "-d", "4", status=3).err)
        self.call("vmstop", "-d", "-y", "web00")

    def test_what_a_templates_vms_get(self) -> None:
        self.call("vmcreate", "-a", "-n", GUEST.template, "-d", "6", "-m", "222")
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "web00")
        self.assertEqual(self.size_of("web00.qcow2"), 6 << 30)
        self.assertIn("<memory unit='KiB'>227328</memory>", virsh("dumpxml", "web00"))
        self.call("vmstop", "-d", "-y", "web00")
        self.call("vmtemplate", "-d", GUEST.template)
        self.call("vmtemplate", *GUEST.import_arguments())
