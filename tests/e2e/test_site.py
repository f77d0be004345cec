"""examples/ansible, played as its users do: made and configured twice, repaired, and removed."""

import shutil

from case import Case, whole_guest_only
from collection import ENVIRONMENT, needs_ansible, results_of
from world import TOP, virsh

MAKING = "Have two web servers and a database"


@needs_ansible
class Site(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        shutil.copytree(TOP / "examples/ansible", cls.folder, dirs_exist_ok=True)

    def play(self, playbook: str, *options: str) -> dict[str, dict[str, dict]]:
        # The guests may have a slow machine to themselves, or not.
        done = self.call("ansible-playbook", "-i", "nocloud.yml", playbook, *options,
                         env={**ENVIRONMENT, "NOCLOUD_TIMEOUT": "3600"})
        return results_of(done)

    def changed(self, results: dict[str, dict[str, dict]]) -> list[str]:
        return [f"{task} on {host}" for task, hosts in results.items() for host, result in hosts.items()
                if result.get("changed")]

    def play_as_foretold(self) -> list[str]:
        """What a play changed; of the VMs it changed what its check had foretold."""
        foretold = self.play("site.yml", "--check", "--diff")[MAKING]["localhost"]
        results = self.play("site.yml", "--diff")
        done = results[MAKING]["localhost"]
        self.assertEqual((done["changed"], done.get("diff")), (foretold["changed"], foretold.get("diff")))
        return self.changed(results)

    @whole_guest_only
    def test_twice_repaired_and_removed(self) -> None:
        self.assertEqual(self.play_as_foretold(),
                         [f"{MAKING} on localhost", "Say where the database is on office-web00", "Say where the database is on office-web01",
                          "Let the web servers be known on office-db00"])
        self.assertEqual(self.play_as_foretold(), [])
        self.assertEqual(self.in_vm("office-web01", "cat", "/etc/office.conf").out, "database=office-db00\n")

        self.in_vm("office-web01", "sync")
        virsh("destroy", "office-web01")
        self.assertEqual(self.play_as_foretold(), [f"{MAKING} on localhost"])
        self.assertEqual(self.changed(self.play("site.yml", "--check")), [])
        self.assertEqual(self.in_vm("office-db00", "cat", "/etc/office.clients").out, "office-web00\noffice-web01\n")

        foretold = self.play("remove.yml", "--check", "--diff")
        removed = self.play("remove.yml", "--diff")
        self.assertEqual(self.changed(removed), ["Have no VM of office on localhost"])
        self.assertEqual(removed["Have no VM of office"]["localhost"]["diff"],
                         foretold["Have no VM of office"]["localhost"]["diff"])
        self.assertEqual(self.changed(self.play("remove.yml")), [])
        self.assert_nothing_left()
