"""A VM becomes what it was: its disks, its memory, its definition."""

import os
import subprocess
import time
import unittest
from pathlib import Path

from case import Case, one_connection_will_do
from collection import QUIET, needs_ansible
from guest import GUEST, ROOT
from world import INVENTORY, run, virsh

NOTE = "note"


class Snapshots(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "-f", cls.describe("snap", f"GUEST:1:web:mem={GUEST.memory};cpu=1;dsk=1;name=web"))

    def setUp(self) -> None:
        for snapshot in self.snapshots():
            self.snap("-d", "-i", snapshot["name"])

    def snap(self, *words: str, status: int = 0) -> str:
        return self.call("vmsnap", "web00", *words, status=status).out

    def snapshots(self) -> list[dict]:
        return self.call("vmsnap", "web00", "-l", "--output", "json").json()["snapshots"]

    def in_web(self, command: str) -> str:
        return self.in_vm("web00", command).out

    def on_disk(self, command: str) -> None:
        """A command of qemu-io's on the stopped VM's second disk; "read -P" fails where it finds another byte."""
        path = virsh("vol-path", "web00.disk1.qcow2", "--pool", "nocloud").strip()
        self.assertNotIn("failed", self.call("qemu-io", "-f", "qcow2", "-c", command, path).out)

    def boot(self) -> str:
        return self.in_web("cat /proc/sys/kernel/random/boot_id")

    def state(self) -> str:
        return self.vms()["web00"]["state"]

    def test_a_running_vm_goes_on_from_there(self) -> None:
        boot = self.boot()
        sleeper = self.in_web(f"echo before > {NOTE}; sync; sleep 54321 > /dev/null 2>&1 < /dev/null & echo $!").strip()
        self.assertEqual(self.snap("-s", "-i", "up"), "up\n")
        self.in_web(f"echo after > {NOTE}; sync; kill {sleeper}")
        for downs_first in (False, True):
            with self.subTest(downs_first=downs_first):
                if downs_first:
                    virsh("destroy", "web00")
                self.assertEqual(self.snap("-r"), "up\n")
                self.assertEqual(self.state(), "running")
                self.assertEqual(self.in_web(f"cat {NOTE}; kill -0 {sleeper} && echo sleeps"), "before\nsleeps\n")
                self.assertEqual(self.boot(), boot, "it was not booted anew")
        self.in_web(f"kill {sleeper}")

    def test_a_connection_does_not_outlive_a_revert(self) -> None:
        """The guest then knows nothing of it."""
        self.boot()
        self.snap("-s", "-i", "up")
        later = subprocess.Popen(["vm", "-n", "web00", "echo up; sleep 54321"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(later.communicate)
        self.addCleanup(later.kill)
        self.assertEqual(later.stdout.readline(), "up\n")
        self.snap("-r")
        self.assertEqual(later.wait(timeout=120), 255, "ssh says that the connection is gone")

    @needs_ansible
    def test_ansible_goes_on_after_a_revert(self) -> None:
        """Over the connection that it kept."""
        self.boot()
        kept = {**QUIET, "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=60"}
        ask = ("ansible", "-i", INVENTORY, "web00", "-m", "raw", "-a", "hostname")
        self.call(*ask, env=kept)
        self.snap("-s", "-i", "up")
        self.call(*ask, env=kept)
        self.snap("-r")
        run(*ask, env=kept, limit=120)  # it may be told that the connection is broken, but not hang
        self.assertIn("CHANGED", self.call(*ask, env=kept).out)

    def test_a_stopped_vms_disks_come_back(self) -> None:
        self.boot()
        self.call("vmstop", "web00")
        self.on_disk("write -P 1 0 512")
        self.snap("-s", "-i", "down")
        self.on_disk("write -P 2 0 512")
        self.assertRaises(AssertionError, self.on_disk, "read -P 1 0 512")
        self.boot()
        self.snap("-r", "-i", "down")
        self.assertEqual(self.state(), "stopped")
        self.on_disk("read -P 1 0 512")

    def test_tells_which_there_are(self) -> None:
        self.boot()
        self.assertEqual(self.snap("-s"), "snap1\n")
        self.call("vmstop", "web00")
        self.assertEqual(self.snap("-s"), "snap2\n")
        self.assertEqual([(one["name"], one["memory"], one["current"]) for one in self.snapshots()],
                         [("snap1", True, False), ("snap2", False, True)])
        self.assertRegex(self.snap("-l"), r"^snap1 \S+ \S+ disks\+memory\nsnap2 \S+ \S+ disks current\n$")
        self.snap("-s", "-i", "snap2", status=5)
        self.snap("-d", "-i", "snap1")
        self.snap("-d", "-i", "snap1", status=4)
        self.snap("-r", "-i", "snap1", status=4)

    def test_those_of_other_programs_are_told_too(self) -> None:
        self.boot()
        virsh("snapshot-create", "web00")  # which names it by the time
        virsh("snapshot-create-as", "web00", "before the upgrade")
        by_time, theirs = (one["name"] for one in self.snapshots())
        self.assertRegex(by_time, "^[0-9]+$")
        self.assertEqual(theirs, "before the upgrade")
        self.call("vmstop", "web00")
        self.assertIn("has snapshots", self.call("vmtemplate", "--from", "web00", "-n", "none", status=5).err)
        self.assertEqual(self.snap("-r", "-i", by_time), by_time + "\n")
        self.assertEqual(self.snap("-r"), theirs + "\n")
        self.snap("-d", "-i", theirs)
        self.assertEqual([one["name"] for one in self.snapshots()], [by_time])


class Clock(Case):
    """A guest's user sets its clock by sudo; the tiny guest has none, so there it is root."""

    def test_it_is_right_after_a_revert(self) -> None:
        arguments = GUEST.import_arguments()
        arguments[arguments.index("-n") + 1] = "timely"
        arguments[arguments.index("--user") + 1] = "debian" if GUEST.whole else "root"
        self.call("vmtemplate", *arguments)
        self.addCleanup(self.call, "vmtemplate", "-d", "timely")
        self.call("vminstantiate", "-n", "timely", "--mem", str(GUEST.memory), "watch")
        self.addCleanup(self.call, "vmstop", "-d", "-y", "watch")
        self.in_vm("watch", f"{ROOT}date -s @1000000000")
        self.assertLess(int(self.in_vm("watch", "date", "+%s").out), 1100000000)
        self.call("vmsnap", "watch", "-s")
        for _ in range(2):
            self.assertEqual(self.call("vmsnap", "watch", "-r").err, "")
            self.assertLess(abs(int(self.in_vm("watch", "date", "+%s").out) - time.time()), 120)


class Remove(Case):
    def test_snapshots_leave_nothing(self) -> None:
        self.call("vminstantiate", "-f", self.describe("snap", f"GUEST:1:web:mem={GUEST.memory};name=web"))
        self.call("vmsnap", "web00", "-s")
        self.call("vmstop", "-d", "-y", "web00")
        self.assert_nothing_left()


@one_connection_will_do
class OfVirsh(Case):
    """A snapshot that virsh took beside nocloud: the VM's disk is another file from then on."""

    def assert_goes_on_from(self, disk: str) -> None:
        self.assertIn(disk, virsh("domblklist", "ext"))

    def refused(self, *words: str) -> None:
        told = self.call(*words, status=5).err
        self.assertIn("/ext.s1', and not '", told)
        # Without the base, virsh would write into the template's image.
        self.assertIn("`virsh blockcommit ext vda --active --pivot --wait --base ", told)
        self.assert_goes_on_from("ext.s1")

    def test_it_is_never_taken_away_silently(self) -> None:
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "ext")
        virsh("snapshot-create-as", "ext", "s1", "--disk-only", "--no-metadata")
        self.assert_goes_on_from("ext.s1")
        self.refused("vmconsolidate", "ext")
        virsh("destroy", "ext")
        for words in (("vmcreate", "-a", "-n", "ext", "-m", str(GUEST.memory + 32)), ("vmconsolidate", "ext"),
                      ("vmtemplate", "--from", "ext", "-n", "copy")):
            with self.subTest(words=words):
                self.refused(*words)
        virsh("start", "ext")
        base = virsh("vol-path", "ext.qcow2", "--pool", "nocloud").strip()
        virsh("blockcommit", "ext", "vda", "--active", "--pivot", "--wait", "--base", base)
        virsh("destroy", "ext")
        self.call("vmcreate", "-a", "-n", "ext", "-m", str(GUEST.memory + 32))
        self.assert_goes_on_from("ext.qcow2")
        self.call("vmconsolidate", "ext")
        self.call("vmstop", "-d", "-y", "ext")

    def test_what_else_others_set_up_stays(self) -> None:
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "ext")
        virsh("destroy", "ext")
        described = self.folder / "ext.xml"
        text = virsh("dumpxml", "--inactive", "ext").replace("<on_crash>destroy<", "<on_crash>preserve<")
        described.write_text(text.replace("<devices>", "<devices><rng model='virtio'><backend model='random'>"
                                          "/dev/random</backend></rng>"))
        virsh("define", str(described))
        self.call("vmcreate", "-a", "-n", "ext", "-m", str(GUEST.memory + 32))
        changed = virsh("dumpxml", "--inactive", "ext")
        self.assertIn("<on_crash>preserve<", changed)
        self.assertIn("/dev/random<", changed)
        self.assertIn(f">{(GUEST.memory + 32) * 1024}</memory>", changed)
        self.assertIn("running", self.call("vminstantiate", "-n", GUEST.template, "ext").err + str(self.vms()["ext"]))
        self.call("vmstop", "-d", "-y", "ext")


@one_connection_will_do
@unittest.skipIf(GUEST.whole, "its pool would take too much memory")
class FullDisk(Case):
    """The pool lies on a small disk of its own, which fills up."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        image = next(line.split()[0] for line in virsh("vol-list", "nocloud").splitlines() if ".qcow2" in line)
        pool = Path(virsh("vol-path", image, "--pool", "nocloud").strip()).parent
        taken = int(run("du", "-sm", pool).out.split()[0])
        small = cls.folder / "small"
        small.mkdir()
        cls.call("mount", "-t", "tmpfs", "-o", f"mode=711,size={taken + 2 * GUEST.memory}m", "none", small)
        cls.call("cp", "-a", f"{pool}/.", small)
        cls.call("mount", "--move", small, pool)
        cls.addClassCleanup(run, "umount", "--lazy", pool)
        cls.pool = pool

    def fill_but(self, megabytes: int) -> None:
        disk = os.statvfs(self.pool)
        with (self.pool / "fill").open("wb") as fill:
            os.posix_fallocate(fill.fileno(), 0, disk.f_bavail * disk.f_frsize - (megabytes << 20))

    def test_is_told_as_such(self) -> None:
        self.call("vminstantiate", "-f", self.describe("full", f"GUEST:1:web:mem={GUEST.memory};name=web"))
        self.fill_but(17)  # more than the least that is asked for, and less than what the guest uses
        self.assertIn("make room on it", self.call("vmsnap", "web00", "-s", status=6).err)
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")
        (self.pool / "fill").unlink()
        self.call("vmsnap", "web00", "-s")
        self.call("vmstop", "-d", "-y", "web00")
