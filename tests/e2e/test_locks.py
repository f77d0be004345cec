"""Locks and signals on a real libvirtd: runs meet wherever they come from, and nothing keeps one after a signal."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

from case import Case, needs_root, one_connection_will_do
from guest import GUEST

DAEMON = Path("/run/libvirtd.pid")


class Locks(Case):
    @one_connection_will_do
    def test_runs_with_and_without_a_runtime_folder_meet(self) -> None:
        elsewhere = self.folder / "runtime"
        elsewhere.mkdir(mode=0o700)
        command = ["vminstantiate", "--paused", "-f", str(self.pftest())]
        runs = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env={**os.environ, "XDG_RUNTIME_DIR": str(elsewhere) if number % 2 else ""})
                for number in range(12)]
        for ran in runs:
            _, err = ran.communicate(timeout=600)
            self.assertEqual(ran.returncode, 0, err)
        self.assertEqual(sorted(self.vms()), ["db00", "web00", "web01"])
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()

    @needs_root
    def test_a_libvirtd_that_hangs_keeps_nobody_after_a_signal(self) -> None:
        daemon = int(DAEMON.read_text())
        os.kill(daemon, signal.SIGSTOP)
        try:
            for number in (signal.SIGTERM, signal.SIGHUP):
                process = subprocess.Popen(["vmrunning"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                time.sleep(2)
                process.send_signal(number)
                _, err = process.communicate(timeout=120)
                self.assertEqual(process.returncode, 130, err)
        finally:
            os.kill(daemon, signal.SIGCONT)
        self.call("vmrunning")

    @needs_root
    def test_a_libvirtd_that_hangs_in_the_middle_is_told_and_ends_in_time(self) -> None:
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "there")
        daemon = int(DAEMON.read_text())
        process = subprocess.Popen(["vminstantiate", "--timeout", "20", "-n", GUEST.template, "there", "other"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            time.sleep(1)
            os.kill(daemon, signal.SIGSTOP)
            _, err = process.communicate(timeout=120)
        finally:
            os.kill(daemon, signal.SIGCONT)
        self.assertEqual(process.returncode, 7, err)
        self.assertIn("has not answered for 5 s", err)
        self.assertIn("has not answered for 20 s", err)
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "there", "other")
        self.call("vmstop", "-d", "-y", "there", "other")
        self.assert_nothing_left()

    @needs_root
    def test_root_by_sudo_follows_no_link_of_its_user(self) -> None:
        member = pwd.getpwnam("member")
        runtime = Path(f"/run/user/{member.pw_uid}/nocloud")
        data = Path(member.pw_dir) / ".local/share"
        roots = self.folder / "roots"
        roots.mkdir()
        (roots / ("a" * 12 + "-web00.lock")).touch()
        for folder in (runtime, data):
            folder.mkdir(mode=0o700, parents=True)
        (runtime / "locks").symlink_to(roots)
        (data / "nocloud").symlink_to(roots)
        for path in (runtime.parent, runtime, data, data.parent):
            os.chown(path, member.pw_uid, member.pw_gid)
        by_sudo = {"SUDO_UID": str(member.pw_uid), "SUDO_USER": "member"}
        self.call("vmrunning", "--state", "all", env=by_sudo)
        refused = self.call("vminstantiate", "--paused", "-n", GUEST.template, "mine", status=1, env=by_sudo)
        self.assertIn("Permission denied", refused.err)
        self.assertEqual(len(list(roots.iterdir())), 1)
        for path in (runtime.parent, data.parent, Path(f"/run/nocloud/{member.pw_uid}")):
            shutil.rmtree(path)
        self.assert_nothing_left()
