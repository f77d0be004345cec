"""Images that somebody removed past nocloud: told, refused, and made again."""

import shutil
from pathlib import Path

from case import Case, one_connection_will_do
from collection import module, needs_ansible
from guest import GUEST
from provider import SOMETHING_TO_DO, ProviderCase
from world import domains, virsh


class Broken(Case):
    """Ways to lose files, and to hear of it."""

    def template(self, name: str = GUEST.template) -> dict:
        listed = self.call("vmtemplate", "-l", "--output", "json").json()["templates"]
        return next(found for found in listed if found["name"] == name)

    def file_of(self, volume: str) -> Path:
        return Path(virsh("vol-path", "--pool", "nocloud", volume).strip())

    def lose_image(self) -> str:
        image = self.template()["image"]
        self.file_of(image).unlink()
        return image


class Missing(Broken):
    def test_a_removed_file_is_told_refused_and_stored_again(self) -> None:
        self.call("vminstantiate", "-n", GUEST.template, "--mem", str(GUEST.memory), "one")
        self.call("vmstop", "one")
        image = self.lose_image()
        self.assertEqual(self.template()["broken"]["missing"], [image])
        self.assertIn(f"template '{GUEST.template}' is broken: {image} is gone", self.call("vmtemplate", "-l").err)
        before = domains()
        refused = self.call("vminstantiate", "-n", GUEST.template, "two", status=4)
        self.assertIn(f"template '{GUEST.template}' is broken: {image} is gone", refused.err)
        self.assertEqual(domains(), before)
        refused = self.call("vminstantiate", "-n", GUEST.template, "one", status=1)
        self.assertIn(f"VM 'one' is broken: its template's {image} is gone", refused.err)
        self.assertIn("repaired", self.call("vmtemplate", *GUEST.import_arguments()).err)
        self.assertIn("already there", self.call("vmtemplate", *GUEST.import_arguments()).err)
        self.assertIsNone(self.template()["broken"])
        self.call("vminstantiate", "-n", GUEST.template, "one")
        self.assertEqual(self.in_vm("one", "hostname").out.strip(), "one")
        self.call("vmstop", "-d", "-y", "one")
        self.assert_nothing_left()

    def test_a_wiped_pool_is_filled_again(self) -> None:
        shutil.rmtree(self.file_of(self.template()["image"]).parent)
        self.assertIn(self.template()["image"], self.template()["broken"]["missing"])
        self.assertIn("repaired", self.call("vmtemplate", *GUEST.import_arguments()).err)
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "one")
        self.call("vmstop", "-d", "-y", "one")
        self.assert_nothing_left()

    @needs_ansible
    @one_connection_will_do
    def test_ansible_repairs(self) -> None:
        _, source, _, _, *rest = GUEST.import_arguments()
        wanted = {"name": GUEST.template, "import": str(source),
                  **{word.removeprefix("--").replace("-", "_"): str(value)
                     for word, value in zip(rest[::2], rest[1::2], strict=True)}}
        self.assertFalse(module("template", **wanted)["changed"])
        self.lose_image()
        self.assertTrue(module("template", "--check", **wanted)["changed"])
        self.assertTrue(module("template", **wanted)["changed"])
        self.assertFalse(module("template", **wanted)["changed"])
        self.assertIsNone(self.template()["broken"])


class TerraformRepairs(Broken, ProviderCase):
    @one_connection_will_do
    def test_a_template_in_place(self) -> None:
        _, source, _, _, *rest = GUEST.import_arguments()
        given = "".join(f'  {word.removeprefix("--").replace("-", "_")} = "{value}"\n'
                        for word, value in zip(rest[::2], rest[1::2], strict=True))
        folder = self.configuration("missing", f"""
resource "nocloud_template" "kept" {{
  name   = "kept"
  import = "{source}"
{given}}}

resource "nocloud_vm" "kept" {{
  name     = "kept00"
  template = nocloud_template.kept.name
  memory   = {GUEST.memory}
}}
""")
        self.apply(folder)
        uuid = self.vms()["kept00"]["uuid"]
        self.lose_image()
        self.assertIn("0 to add, 1 to change, 0 to destroy", self.plan(folder, expected=SOMETHING_TO_DO))
        self.apply(folder)
        self.plan(folder)
        self.assertIsNone(self.template("kept")["broken"])
        self.assertEqual(self.vms()["kept00"]["uuid"], uuid)
        self.destroy(folder)
        self.assert_nothing_left()
