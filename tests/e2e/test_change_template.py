"""A session in a template: what it changes is kept as a new image, or left in a VM; clones are not touched."""

import os
import pty
import subprocess

from appliance import appliance_environment
from case import Case, tiny_guest_will_do, whole_guest_only
from guest import GUEST
from world import LIMIT, virsh

TEMPLATE = GUEST.template


@tiny_guest_will_do
class Left(Case):
    """The tiny guest has no disk that could be stripped of its identity, so its changes can't be kept."""

    def tearDown(self) -> None:
        self.call("vmstop", "-d", "-y", "-g", "templates")
        self.assert_nothing_left()

    def record(self) -> str:
        return virsh("dumpxml", f"{TEMPLATE}.template")

    def test_what_a_failing_command_changed(self) -> None:
        before = self.record()
        done = self.call("vm", "-n", TEMPLATE, "echo begun > /tmp/begun; exit 7", status=7)
        self.assertIn(f"vmstop -d {TEMPLATE}", done.err)
        self.assertEqual(self.vms()[TEMPLATE]["group"], "templates")
        # Goes on in the same VM; and what cannot be kept is not lost.
        done = self.call("vm", "-n", TEMPLATE, "-g", "templates", "cat /tmp/begun", status=1)
        self.assertEqual(done.out, "begun\n")
        self.assertIn(f"template '{TEMPLATE}' is as it was, and VM '{TEMPLATE}' has what was changed", done.err)
        self.assertIn(TEMPLATE, self.vms())
        self.assertEqual(self.record(), before)

    def test_the_answer_is_no(self) -> None:
        before = self.record()
        leader, follower = pty.openpty()
        child = subprocess.Popen(["vm", "-n", TEMPLATE], stdin=follower, stdout=follower, stderr=subprocess.PIPE, text=True)
        os.close(follower)
        os.write(leader, b"exit 0\n")
        told = ""
        while "[y/N]" not in told:
            letter = child.stderr.read(1)
            self.assertTrue(letter, told)  # it ended before it asked
            told += letter
        os.write(leader, b"n\n")
        rest = child.stderr.read()
        self.assertEqual(child.wait(LIMIT), 0, told + rest)
        os.close(leader)
        self.assertIn("is as it was", rest)
        self.assertEqual(self.record(), before)

    def test_nobody_elses_group(self) -> None:
        self.assertIn("for templates that are changed",
                      self.call("vminstantiate", "-n", TEMPLATE, "-g", "templates", "web", status=5).err)
        self.call("vm", "-n", "nosuch", "-g", "templates", "true", status=4)


@whole_guest_only
class Kept(Case):
    def test_as_a_new_image(self) -> None:
        environment = appliance_environment()
        self.call("vminstantiate", "-f", self.describe("old", f"GUEST:1:web:mem={GUEST.memory};name=old"))
        machine = self.in_vm("old00", "cat /etc/machine-id").out
        self.call("vm", "-n", TEMPLATE, "sudo touch /changed && sync", env=environment)
        self.assertEqual(set(self.vms()), {"old00"})
        self.assertEqual(self.in_vm("old00", "ls /changed; cat /etc/machine-id", status=0).out, machine)
        self.call("vminstantiate", "-f", self.describe("new", f"GUEST:1:web:mem={GUEST.memory};name=new"))
        told = self.in_vm("new00", "ls /changed; cat /etc/machine-id; hostname").out.splitlines()
        self.assertEqual((told[0], told[2]), ("/changed", "new00"))
        self.assertNotEqual(told[1] + "\n", machine)
        self.call("vmstop", "-d", "-y", "-g", "old")
        self.call("vmstop", "-d", "-y", "-g", "new")
        self.call("vmtemplate", *GUEST.import_arguments())
        self.assert_nothing_left()
