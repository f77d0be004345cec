"""A guest whose kernel has panicked is not waited for."""

import os
import subprocess
import unittest

from case import Case
from guest import GUEST
from world import LIMIT, SYSTEM

class Panic(Case):
    """Guests with a kernel argument that no kernel survives."""

    def make(self, name: str, arguments: str) -> str:
        """Makes a VM that panics; gives what is said of it."""
        words = [str(word) for word in GUEST.import_arguments()]
        words[words.index("-n") + 1] = name
        words[words.index("--cmdline") + 1] = f"console=ttyS0 panic=0 {arguments}"
        self.call("vmtemplate", *words)
        done = self.call("vminstantiate", "-n", name, "--mem", str(GUEST.memory), f"{name}-one", "--timeout", str(LIMIT),
                         status=1)
        # One that was waited for to the end has status 7.
        self.assertRegex(done.err, f"VM '{name}-one' has panicked.*Kernel panic - not syncing")
        self.assertIn("\n  | [", done.err, "the console is shown")
        return done.err

    def test_before_init_is_tried_twice(self) -> None:
        said = self.make("rootless", "rdinit=/nonexistent root=/dev/null")
        self.assertRegex(said, "warning: the kernel of VM 'rootless-one' panicked before it ran anything, "
                               "and the VM was started again: Kernel panic - not syncing")
        self.assertEqual(self.vms()["rootless-one"]["state"], "running", "it is kept for a look")
        done = self.call("vmstop", "rootless-one", "--grace", str(LIMIT))
        self.assertIn("has panicked", done.err)
        self.assertNotIn("in time", done.err, "it was not waited for")

    def test_of_init_is_the_end(self) -> None:
        said = self.make("exits", "rdinit=/bin/busybox")
        self.assertIn("Attempted to kill init", said)
        self.assertNotIn("was started again", said)


@unittest.skipUnless("NOCLOUD_BOOTS" in os.environ, "it is long: scripts/test --full boots runs it")
@unittest.skipIf(SYSTEM, "guests on user networks are those that a busy machine made panic")
class ManyBoots(Case):
    """Boots beside busy programs; NOCLOUD_BOOTS says how many."""

    limit = 6 * 3600

    def keep_busy(self) -> None:
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(os.cpu_count() or 1)]
        for program in busy:
            self.addCleanup(program.wait)
            self.addCleanup(program.kill)

    def test_none_panics(self) -> None:
        boots = int(os.environ["NOCLOUD_BOOTS"])
        spec = self.describe("pftest", f"GUEST:3:web:mem={GUEST.memory};cpu=1;name=web")
        self.keep_busy()
        for _ in range(0, boots, 3):
            done = self.call("vminstantiate", "-f", spec)
            self.assertNotIn("panicked", done.err)
            self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.doCleanups()
        self.assert_nothing_left()
