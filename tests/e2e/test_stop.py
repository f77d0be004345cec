"""VMs are stopped and started, and go without a trace."""

import os
import signal
import subprocess
from pathlib import Path

from case import Case
from guest import GUEST
from world import DATA, LIMIT, URI, virsh


def hang(name: str) -> None:
    """Stops the process of a VM as a debugger does."""
    guest = f"-name\0guest={name},".encode()
    found = [int(process.name) for process in Path("/proc").glob("[0-9]*")
             if guest in (process / "cmdline").read_bytes()]
    os.kill(*found, signal.SIGSTOP)


class Stop(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "-f", cls.pftest())

    def state(self, name: str) -> str:
        return virsh("domstate", name, "--reason").strip()

    def test_asks_the_guest_first_and_starts_it_again(self) -> None:
        before = self.vms()["web00"]
        self.assertEqual(self.call("vmstop", "web00").out, "web00\n")
        self.assertEqual(self.state("web00"), "shut off (shutdown)")
        self.assertEqual(self.call("vmstop", "web00").out, "", "what is down already did not change")
        self.assertNotIn("web00", self.call("vmrunning").out)
        self.call("vminstantiate", "-f", "pftest")
        self.assertEqual(self.vms()["web00"], before)
        self.assertEqual(self.in_vm("web00", "hostname").out, "web00\n")

    def test_forces_a_guest_that_does_not_answer(self) -> None:
        virsh("suspend", "web01")
        self.call("vmstop", "web01", "--grace", "1")
        self.assertEqual(self.state("web01"), "shut off (destroyed)")
        self.call("vminstantiate", "-f", "pftest")

    def test_forces_guests_whose_processes_hang(self) -> None:
        names = ["db00", "web00", "web01"]
        for name in names:
            hang(name)
        done = self.call("vmstop", "-g", "pftest", "--grace", "2")
        self.assertEqual(done.out.split(), names)
        self.assertIn("VM 'web01' did not power off in time and was forced to power off", done.err)
        self.assertEqual({self.state(name) for name in names}, {"shut off (destroyed)"})
        self.call("vminstantiate", "-f", "pftest")

    def test_forces_a_guest_that_another_call_holds(self) -> None:
        hang("web01")
        with subprocess.Popen(["virsh", "--connect", URI, "shutdown", "--mode", "acpi", "web01"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            self.eventually(lambda: "occupied" in virsh("domcontrol", "web01"))
            self.assertEqual(self.call("vmstop", "web01", "--grace", "2").out, "web01\n")
        self.assertEqual(self.state("web01"), "shut off (destroyed)")
        self.call("vminstantiate", "-f", "pftest")

    def test_a_process_that_hangs_is_told_and_holds_no_call_after_a_signal(self) -> None:
        hang("web01")
        with subprocess.Popen(["vmsnap", "web01", "-s"], stderr=subprocess.PIPE) as snap:
            self.assertIn(b"libvirt has waited for the QEMU process of VM 'web01' for 10 s", snap.stderr.readline())
            self.assertIn(b"`vmstop web01 --grace 0` forces the VM off", snap.stderr.readline())
            snap.send_signal(signal.SIGTERM)
            self.assertEqual(snap.wait(timeout=LIMIT), 130)
        with subprocess.Popen(["vmstop", "-v", "web01", "--grace", "1000"], stderr=subprocess.PIPE) as stop:
            self.assertIn(b"asked to power off", stop.stderr.readline())
            stop.send_signal(signal.SIGTERM)
            self.assertEqual(stop.wait(timeout=LIMIT), 130)
        self.assertEqual(self.call("vmstop", "web01", "--grace", "0").out, "web01\n")
        self.call("vminstantiate", "-f", "pftest")

    def test_a_start_by_virsh_is_as_good(self) -> None:
        before = self.vms()["db00"]
        virsh("destroy", "db00")
        virsh("start", "db00")
        self.call("vminstantiate", "-f", "pftest")
        self.assertEqual(self.vms()["db00"], before)
        self.assertEqual(self.in_vm("db00", "hostname").out, "db00\n")

    def test_a_crashed_guest_leaves_no_process(self) -> None:
        virsh("destroy", "web01")
        crashes = self.folder / "crashes.xml"
        crashes.write_text(virsh("dumpxml", "--inactive", "web01").replace("<on_crash>destroy", "<on_crash>preserve")
                           .replace("</devices>", "<panic model='isa'/></devices>"))
        virsh("define", str(crashes))
        self.call("vminstantiate", "-f", "pftest")
        virsh("qemu-monitor-command", "web01", "--hmp", "o/b 0x505 1")  # the device's port and its word for a panic
        self.eventually(lambda: self.state("web01") == "crashed (panicked)")
        self.assertEqual(self.call("vmstop", "web01").out, "web01\n")
        self.assertEqual(self.state("web01"), "shut off (destroyed)")
        self.call("vmstop", "-d", "-y", "web01")
        self.call("vminstantiate", "-f", "pftest")

    def test_type_selects(self) -> None:
        self.assertEqual(self.call("vmstop", "-g", "pftest", "-t", "sql").out, "db00\n")
        self.assertEqual({name: vm["state"] for name, vm in self.vms().items()},
                         {"web00": "running", "web01": "running", "db00": "stopped"})
        self.call("vminstantiate", "-f", "pftest")

    def test_removal_asks_a_terminal_or_yes(self) -> None:
        self.call("vmstop", "-d", "-g", "pftest", status=2)
        self.assertEqual(len(self.vms()), 3)

    def test_nothing_like_that(self) -> None:
        self.call("vmstop", "nosuch", status=4)


class Remove(Case):
    def test_running_vms_leave_nothing(self) -> None:
        self.call("vminstantiate", "-f", self.pftest())
        self.assertEqual(self.call("vmstop", "-d", "-y", "-g", "pftest").out.split(), ["db00", "web00", "web01"])
        self.assert_nothing_left()
        known = DATA / "known_hosts"
        self.assertNotIn("web00", known.read_text() if known.exists() else "")

    def test_extra_disks_saved_state_and_snapshots_leave_nothing(self) -> None:
        self.call("vminstantiate", "-f", self.describe(
            "disks", f"GUEST:2:disk:mem={GUEST.memory};dsk=1,2;name=disk"))
        self.assertEqual(self.vms()["disk00"]["disks_gib"], [1, 2])
        virsh("managedsave", "disk00")
        virsh("destroy", "disk01")
        virsh("snapshot-create-as", "disk01", "one")
        self.call("vmstop", "-d", "-y", "-g", "disks")
        self.assert_nothing_left()

    def test_a_renamed_vm_is_told_and_kept(self) -> None:
        self.call("vminstantiate", "-f", self.pftest(), "--paused")
        virsh("destroy", "web00")
        virsh("domrename", "web00", "other")
        self.assertIn("it is the VM 'web00'", self.call("vm", "-n", "other", "true", status=3).err)
        self.assertIn("it is the VM 'web00'", self.call("vmstop", "-d", "-y", "other", status=3).err)
        self.assertIn("it is the VM 'web00'", self.call("vmrunning", "--state", "all").err)
        self.assertIn("another domain has the disk", self.call("vminstantiate", "-f", self.pftest(), status=5).err)
        virsh("domrename", "other", "web00")
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()

    def test_a_disk_that_virsh_left_is_no_new_vms(self) -> None:
        spec = self.describe("one", f"GUEST:1:web:mem={GUEST.memory};name=web")
        self.call("vminstantiate", "-f", spec, "--paused")
        disk = virsh("vol-path", "web00.qcow2", "--pool", "nocloud").strip()
        virsh("destroy", "web00")
        self.call("qemu-io", "-f", "qcow2", "-c", "write -P 7 0 2M", disk)
        virsh("undefine", "web00")
        told = self.call("vminstantiate", "-f", spec, "--paused", status=5).err
        self.assertIn("'web00.qcow2', which no domain has", told)
        self.assertNotIn("failed", self.call("qemu-io", "-f", "qcow2", "-c", "read -P 7 0 2M", disk).out)
        Path(disk).rename(disk + ".away")
        virsh("pool-refresh", "nocloud")
        Path(disk + ".away").rename(disk)  # and libvirt does not know of it
        self.assertIn("no domain has", self.call("vminstantiate", "-f", spec, "--paused", status=5).err)
        self.assertNotIn("failed", self.call("qemu-io", "-f", "qcow2", "-c", "read -P 7 0 2M", disk).out)
        virsh("vol-delete", "web00.qcow2", "--pool", "nocloud")
        self.call("vminstantiate", "-f", spec, "--paused")
        self.call("vmstop", "-d", "-y", "web00")
        self.assert_nothing_left()

    def test_paused_and_stopped_vms_leave_nothing(self) -> None:
        self.call("vminstantiate", "-f", self.pftest(), "--paused")
        virsh("destroy", "web00")
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()
