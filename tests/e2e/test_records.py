"""VMs and templates that this release cannot read are told of and left alone, with all that they might use."""

from case import Case, one_connection_will_do
from guest import GUEST
from world import URI, virsh, volumes


class Records(Case):
    def setUp(self) -> None:
        self.call("vmtemplate", *GUEST.import_arguments())
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "one", "two")
        for name in ("one", "two"):
            virsh("destroy", name)
        self.images = {name for name in volumes() if name.startswith("sha256-")}

    def change(self, domain: str, old: str, new: str) -> None:
        """As another program would, or a newer release."""
        xml = virsh("dumpxml", "--inactive", domain)
        self.assertIn(old, xml)
        self.define(xml.replace(old, new))

    def define(self, xml: str) -> None:
        file = self.folder / "domain.xml"
        file.write_text(xml)
        self.call("virsh", "--quiet", "--connect", URI, "define", file)

    def test_images_below_what_cannot_be_read_stay(self) -> None:
        self.change("one", 'complete="yes"', 'complete="yes" version="2"')
        self.change("two", 'init="', 'init="ignition-or-')
        for words in (("vmstop", "-d", "-y", "one"), ("vmsnap", "one", "-s"),
                      ("vminstantiate", "-n", GUEST.template, "two")):
            self.assertIn("can't be read", self.call(*words, status=3).err)
        virsh("undefine", f"{GUEST.template}.template")
        told = self.call("vmtemplate", "--prune")
        self.assertEqual(told.out, "freed 0 bytes\n")
        self.assertEqual(self.images, self.images & volumes())
        listed = self.call("vmrunning", "--state", "all")
        self.assertEqual(listed.out, "one - - unreadable\ntwo - - unreadable\n")
        self.assertIn("it has version 2, and this release knows 1 at most", listed.err)
        self.change("one", ' version="2"', "")
        self.call("vmstop", "-d", "-y", "one")
        self.assertEqual(self.images, self.images & volumes(), "two is over them")
        self.change("two", 'init="ignition-or-', 'init="')
        self.call("vmstop", "-d", "-y", "two")
        self.assertFalse(self.images & volumes(), "nobody uses them any more")

    @one_connection_will_do
    def test_what_a_newer_release_has_added_stays(self) -> None:
        added = ('complete="yes"', 'complete="yes" colour="red"')
        self.change("one", *added)
        self.change(f"{GUEST.template}.template", *added)
        self.change("one", "<nocloud:base ", '<nocloud:lease until="noon"/><nocloud:base ')
        self.call("vmcreate", "-a", "-n", "one", "-m", "96")
        self.call("vmcreate", "-a", "-n", f"{GUEST.template}.template", "-m", "96")
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "one")
        for domain in ("one", f"{GUEST.template}.template"):
            self.assertIn('colour="red"', virsh("dumpxml", domain), domain)
        self.assertIn('until="noon"', virsh("dumpxml", "one"))
        self.call("vmstop", "-d", "-y", "one", "two")
        self.call("vmtemplate", "-d", GUEST.template)

    @one_connection_will_do
    def test_images_of_other_programs_domains_stay(self) -> None:
        self.call("vmstop", "-d", "-y", "one", "two")
        path = virsh("vol-path", "--pool", "nocloud", min(self.images)).strip()
        self.define("<domain type='qemu'><name>Theirs</name><memory>65536</memory><os><type>hvm</type></os><devices>"
                    f"<disk type='file'><source file='{path}'/><target dev='vda'/></disk></devices></domain>")
        self.call("vmtemplate", "-d", GUEST.template)
        self.assertIn(min(self.images), volumes())
        virsh("undefine", "Theirs")
        self.call("vmtemplate", "--prune")
        self.assertFalse(self.images & volumes())
