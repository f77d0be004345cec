"""Waits that fail say how far it got and why; nothing is believed of a guest that can't prove who it is."""

import signal
import subprocess
import threading
import time

from case import Case
from guest import GUEST
from world import DATA, LIMIT, run


class Answers(Case):
    """A VM whose sshd is replaced by something else once it is up."""

    def setUp(self) -> None:
        self.call("vminstantiate", "-f", self.describe("one", f"GUEST:1:web:mem={GUEST.memory};name=web"))

    def tearDown(self) -> None:
        self.call("vmstop", "-d", "-y", "web00")

    def behind(self, command: str) -> None:
        """Leaves a command running in the guest after the connection that started it was cut."""
        self.in_vm("web00", f"setsid sh -c 'sleep 1; {command}' >/dev/null 2>&1 </dev/null &")
        time.sleep(5)

    def test_another_host_key(self) -> None:
        if GUEST.whole:
            self.behind("sudo rm /etc/ssh/ssh_host_ed25519_key*; sudo ssh-keygen -q -t ed25519 -N \"\" "
                        "-f /etc/ssh/ssh_host_ed25519_key; sudo systemctl restart ssh")
        else:
            self.use_tiny_root("rm /etc/dropbear/dropbear_ed25519_host_key; killall dropbear; "
                               "dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key; dropbear -s -p 22")
        done = self.call("vminstantiate", "-f", "one", status=1)
        self.assertIn("host key", done.err)
        self.assertEqual(done.out, "")
        self.assertNotEqual(self.call("vm", "-n", "web00", "echo", "reached", status=1).out, "reached\n")

    def test_garbage(self) -> None:
        kill = "sudo systemctl stop ssh.socket ssh; sudo pkill sshd" if GUEST.whole else "killall dropbear"
        serve = ("sudo python3 -c \"import socket; s = socket.create_server((str(), 22)); "
                 "[s.accept()[0].sendall(bytes(range(256)) * 999) for _ in iter(int, 1)]\"" if GUEST.whole else
                 "while true; do head -c 99999 /dev/urandom | nc -l -p 22; done")
        (self.behind if GUEST.whole else self.use_tiny_root)(f"{kill}; {serve}")
        done = self.call("vminstantiate", "-f", "one", "--timeout", "8", status=7)
        self.assertRegex(done.err, "got as far as")
        self.assertNotRegex(done.err, "[\x00-\x09\x0b-\x1f\x7f]", "what the guest sent reaches the terminal")

    def use_tiny_root(self, command: str) -> None:
        vm = self.vms()["web00"]
        script = f"setsid sh -c 'sleep 1; {command}' >/dev/null 2>&1 </dev/null &"
        known = self.folder / "known"
        known.write_text(f"[{vm['host']}]:{vm['port']} {vm['host_key']}\n{vm['host']} {vm['host_key']}\n")
        self.call("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={known}", "-i", DATA / "id_ed25519",
                  "-p", str(vm["port"]), f"root@{vm['host']}", script)
        time.sleep(5)


class Silence(Case):
    """A guest that never gets anywhere."""

    def test_a_guest_that_never_boots(self) -> None:
        self.call("qemu-img", "create", "-q", "-f", "qcow2", "blank.qcow2", "1G")
        self.call("vmtemplate", "--import", "blank.qcow2", "-n", "blank", "--user", "debian")
        done = self.call("vminstantiate", "-n", "blank", "--mem", "64", "lost", "--timeout", "10", status=7)
        self.assertRegex(done.err, r"'lost' is not ready in time: it got as far as '\w+")
        self.assertIn("console", done.err)
        self.assertEqual(done.out, "")
        self.assertIn("1 created, 0 started, 0 already there, 0 ready\n", done.err)
        self.assertEqual(self.vms()["lost"]["state"], "running", "it is kept for a look")
        again = subprocess.Popen(["vminstantiate", "-n", "blank", "--mem", "64", "lost"], stderr=subprocess.PIPE, text=True)
        time.sleep(3)
        refused = self.call("vmtemplate", "-d", "blank", status=5)
        self.assertIn("lost", refused.err, "what depends on the template is named")
        self.call("vmstop", "-d", "-y", "lost")
        self.assertIn("was removed while it was waited for", again.communicate(timeout=LIMIT)[1])
        self.call("vmtemplate", "-d", "blank")
        self.assert_nothing_left()

    def test_the_console_is_shown_without_its_control_characters(self) -> None:
        wrong = [*GUEST.import_arguments()]
        wrong[wrong.index("-n") + 1] = "stuck"
        wrong[wrong.index("--cmdline") + 1] = "console=ttyS0 init=/nonexistent rdinit=/nonexistent root=/dev/null panic=0"
        self.call("vmtemplate", *wrong)
        done = self.call("vminstantiate", "-n", "stuck", "--mem", str(GUEST.memory), "stuck-one", status=1)
        self.assertRegex(done.err, r"stuck-one\.console\.log:\n  \| .")
        self.assertNotRegex(done.err, "[\x00-\x09\x0b-\x1f\x7f]")
        self.call("vmstop", "-d", "-y", "stuck-one")
        self.call("vmtemplate", "-d", "stuck")

    def test_one_deadline_for_all(self) -> None:
        self.describe("many", f"GUEST:3:web:mem={GUEST.memory};name=web")
        self.call("vminstantiate", "-f", "many", "--paused")
        self.call("vminstantiate", "-f", "many", "--timeout", "5", status=1)  # paused: said at once
        self.call("vmstop", "-d", "-y", "-g", "many")


class Interrupted(Case):
    def interrupt(self, after: float, *words: str) -> subprocess.CompletedProcess:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        timer = threading.Timer(after, process.send_signal, [signal.SIGINT])
        timer.start()
        out, err = process.communicate(timeout=300)
        timer.cancel()
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def test_while_waiting(self) -> None:
        self.describe("one", f"GUEST:2:web:mem={GUEST.memory};name=web")
        self.call("vminstantiate", "-f", "one", "--paused")
        self.call("vmstop", "-d", "-y", "-g", "one")
        done = self.interrupt(2.5, "vminstantiate", "-f", "one")
        self.assertIn(done.returncode, (0, 130), done.stderr)
        self.call("vminstantiate", "-f", "one")
        self.assertEqual(set(self.vms()), {"web00", "web01"})
        self.call("vmstop", "-d", "-y", "-g", "one")
        self.assert_nothing_left()

    def test_whole_vms_or_none_at_any_moment(self) -> None:
        self.describe("many", f"GUEST:8:web:mem={GUEST.memory};name=web")
        for step in range(5):
            with self.subTest(step=step):
                done = self.interrupt(0.2 * step + 0.1, "vminstantiate", "-f", "many", "--paused")
                self.assertIn(done.returncode, (0, 130), done.stderr)
                listed = run("vmrunning", "--state", "all").out.split("\n")[:-1]
                if listed:
                    self.call("vmstop", "-d", "-y", "-g", "many")
                self.assert_nothing_left()
