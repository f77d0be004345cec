"""Several runs and several people at once."""

import os
import subprocess
from pathlib import Path

from case import Case, needs_root
from guest import GUEST
from world import run


class Together(Case):
    def test_two_runs_of_one_file_make_one_set(self) -> None:
        self.describe("crowd", f"GUEST:6:web:mem={GUEST.memory};name=web", f"GUEST:4:sql:mem={GUEST.memory};name=db")
        runs = [subprocess.Popen(["vminstantiate", "-f", "crowd", "--paused"], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True) for _ in range(2)]
        ended = [(*one.communicate(), one.returncode) for one in runs]
        for out, err, status in ended:
            self.assertEqual(status, 0, err)
            self.assertEqual(len(out.split()), 10)
        self.assertEqual(len(self.vms()), 10)
        self.assertEqual(len({(vm["host"], vm["port"]) for vm in self.vms().values()}), 10)
        self.assertEqual(len({vm["mac"] for vm in self.vms().values()}), 10)
        self.call("vmstop", "-d", "-y", "-g", "crowd")
        self.assert_nothing_left()

    def test_making_and_removing_at_once_ends_with_all_or_nothing(self) -> None:
        self.describe("crowd", f"GUEST:6:web:mem={GUEST.memory};name=web")
        making = subprocess.Popen(["vminstantiate", "-f", "crowd", "--paused"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        run("vmstop", "-d", "-y", "-g", "crowd")
        making.wait(timeout=300)
        self.call("vminstantiate", "-f", "crowd", "--paused")
        self.assertEqual(len(self.vms()), 6)
        self.call("vmstop", "-d", "-y", "-g", "crowd")
        self.assert_nothing_left()

    def test_further_vms_never_take_a_name_twice(self) -> None:
        command = ["vminstantiate", "--paused", "-n", GUEST.template, "-C", "3", "--mem", str(GUEST.memory)]
        runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                for _ in range(2)]
        names = [name for one in runs for name in one.communicate()[0].split()]
        self.assertEqual(len(set(names)), 6)
        self.assertEqual(set(names), set(self.vms()))
        self.call("vmstop", "-d", "-y", *names)


class OneUser(Case):
    @needs_root
    def test_keeps_their_vms_whatever_the_host_is_called(self) -> None:
        """As after a change of hostname, and in each new container that uses the host's libvirt."""
        other = ("unshare", "--uts", "--mount", "sh", "-c", "echo renamed >/proc/sys/kernel/hostname; "
                 "[ ! -e /etc/machine-id ] || mount --bind /dev/null /etc/machine-id; exec \"$@\"", "sh")
        file = self.pftest()
        self.call("vminstantiate", "--paused", "-f", file)
        before = self.vms()
        self.assertIn("web00", self.call(*other, "vmrunning", "--state", "all").out)
        self.call(*other, "vminstantiate", "--paused", "-f", file)
        self.assertEqual(self.vms(), before)
        self.call(*other, "vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()


class TwoUsers(Case):
    """Root and `member`, who may use qemu:///system as well (tests/lab makes that user)."""

    def as_member(self, *words: str, status: int) -> str:
        home = self.folder / "member"
        done = run("setpriv", "--reuid", "member", "--regid", "member", "--init-groups", *words,
                   env={"HOME": str(home), "USER": "member", "LOGNAME": "member", "TMPDIR": str(home),
                        "LIBVIRT_DEFAULT_URI": "qemu:///system"})
        self.assertEqual(done.status, status, done)
        return done.out + done.err

    @needs_root
    def test_never_touch_each_others_vms(self) -> None:
        home = self.folder / "member"
        home.mkdir()
        os.chmod(self.folder, 0o755)
        self.call("chown", "member:member", home)
        self.call("vminstantiate", "--paused", "-f", self.pftest())
        before = self.vms()
        file = str(Path("pftest").resolve())
        self.assertIn("root@", self.as_member("vminstantiate", "--paused", "-f", file, status=5))
        self.assertIn("not shown: ", self.as_member("vmrunning", "--state", "all", status=0))
        self.assertIn("root@", self.as_member("vmstop", "-d", "-y", "web00", status=5))
        self.assertIn("root@", self.as_member("vm", "-n", "web00", "true", status=5))
        self.assertIn("left alone: ", self.as_member("vmstop", "-d", "-y", "-g", "pftest", status=0))
        self.assertEqual(self.vms(), before)
        self.assertIn("web00", self.as_member("vmrunning", "--owner", "any", "--state", "all", status=0))
        self.call("vmstop", "-d", "-y", "-g", "pftest")
