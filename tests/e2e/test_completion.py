"""What a shell is told at a Tab is what there is, also right after somebody else has changed it."""

import json
import os
import time
from pathlib import Path

from case import Case
from guest import GUEST
from world import virsh

# Of the caller: root has none of a login.
RUNTIME = Path(os.environ.get("XDG_RUNTIME_DIR", "/run")) / "nocloud"


class Completion(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "--paused", "-f", cls.pftest())

    def names(self, kind: str) -> list[str]:
        """What is told, twice the same: the second time by heart, if nothing has changed for long enough."""
        told = self.call("nocloud", "names", kind).out.split()
        self.assertEqual(self.call("nocloud", "names", kind).out.split(), told)
        return told

    def test_of_each_kind(self) -> None:
        self.assertEqual(self.names("vms"), ["db00", "web00", "web01"])
        self.assertEqual(self.names("groups"), ["pftest"])
        self.assertEqual(self.names("types"), ["sql", "web"])
        self.assertEqual(self.names("templates"), [GUEST.template])

    def test_is_known_by_heart_while_nothing_changes(self) -> None:
        time.sleep(0.2)  # a change of the last tenth of a second could be followed by one that leaves the same time
        self.names("vms")
        self.names("templates")
        kept = [json.loads(file.read_text())["names"] for file in RUNTIME.glob("known-*-names-*.json")]
        self.assertIn(["db00", "web00", "web01"], kept)
        self.assertIn([GUEST.template], kept)

    def test_what_comes_and_goes(self) -> None:
        for _ in range(5):
            self.call("vminstantiate", "--paused", "--mem", str(GUEST.memory), "-n", GUEST.template, "-g", "other", "soon-gone")
            self.assertIn("soon-gone", self.names("vms"))
            self.assertEqual(self.names("groups"), ["other", "pftest"])
            self.call("vmstop", "-d", "-y", "soon-gone")
            self.assertEqual(self.names("vms"), ["db00", "web00", "web01"])
            self.assertEqual(self.names("groups"), ["pftest"])

    def test_what_others_do(self) -> None:
        """As fast as libvirt can: times of files must not be too coarse to tell."""
        xml = self.folder / "web01.xml"
        virsh("destroy", "web01")
        xml.write_text(virsh("dumpxml", "--inactive", "web01"))
        for _ in range(20):
            virsh("undefine", "web01")
            self.assertEqual(self.names("vms"), ["db00", "web00"])
            virsh("define", str(xml))
            self.assertEqual(self.names("vms"), ["db00", "web00", "web01"])

    def test_leaves_nothing_of_vms_that_are_gone(self) -> None:
        time.sleep(0.2)
        for kind in ("vms", "groups", "types", "templates"):
            self.names(kind)
        self.call("vminventory")
        self.call("vmstop", "-d", "-y", "-g", "pftest")
        self.assert_nothing_left()
        self.call("vminstantiate", "--paused", "-f", "pftest")
