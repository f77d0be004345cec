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

    def test_what_a_snapshot_boots_stays(self) -> None:
        self.call("vmstop", "-d", "-y", "two")
        self.call("vmsnap", "one", "-s")
        self.call("vm", "-n", "one", "--boot", "own")
        virsh("destroy", "one")
        other = self.folder / "kernel"
        other.write_bytes((GUEST.folder / GUEST.kernel).read_bytes() + bytes(1))
        words = GUEST.import_arguments()
        words[words.index("--kernel") + 1] = other
        self.call("vmtemplate", *words)
        self.assertEqual(self.images, self.images & volumes(), "the snapshot boots the old kernel")
        self.call("vmsnap", "one", "-r")
        self.call("vmstop", "-d", "-y", "one")
        self.assertNotEqual(self.images, self.images & volumes(), "nobody boots it any more")

    def test_images_below_disks_in_other_places_stay(self) -> None:
        self.call("vmstop", "-d", "-y", "one", "two")
        image, = [name for name in self.images if name.endswith(".qcow2")]
        path = virsh("vol-path", "--pool", "nocloud", image).strip()
        pool, loose = self.folder / "pool", self.folder / "loose"
        for folder in (pool, loose):
            folder.mkdir()
        self.call("qemu-img", "create", "-q", "-f", "qcow2", pool / "x.qcow2", "64M")
        virsh("pool-create-as", "other", "dir", "--target", str(pool))
        self.addCleanup(virsh, "pool-destroy", "other")
        for file in (pool / "x.qcow2", loose / "y.qcow2"):  # libvirt's list tells of the file that was there before
            self.call("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", path, file)
        with self.subTest("a volume of another pool, without a domain"):
            self.assertNotIn("kept", self.call("vmtemplate", "-d", GUEST.template).err)
            self.assertIn(image, volumes())
        with self.subTest("a volume of a pool that is down"):
            self.define_theirs("<disk type='volume'><driver name='qemu' type='qcow2'/>"
                               "<source pool='other' volume='x.qcow2'/><target dev='vda'/></disk>")
            virsh("pool-destroy", "other")
            self.assertIn("'other/x.qcow2' of the domain 'Theirs'", self.call("vmtemplate", "--prune").err)
            self.assertIn(image, volumes())
        with self.subTest("a file in no pool"):
            virsh("undefine", "Theirs")
            self.define_theirs("<disk type='file'><driver name='qemu' type='qcow2'/>"
                               f"<source file='{loose / 'y.qcow2'}'/><target dev='vda'/></disk>")
            self.assertNotIn("kept", self.call("vmtemplate", "--prune").err)
            self.assertIn(image, volumes())
        with self.subTest("the same file, in an argument of QEMU"):
            virsh("undefine", "Theirs")
            self.define("<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
                        "<name>Theirs</name><memory>65536</memory><os><type>hvm</type></os><qemu:commandline><qemu:arg value='-drive'/>"
                        f"<qemu:arg value='file={loose / 'y.qcow2'},if=virtio'/></qemu:commandline></domain>")
            self.assertNotIn("kept", self.call("vmtemplate", "--prune").err)
            self.assertIn(image, volumes())
        with self.subTest("the same file, attached to a VM of another template"):
            blank = self.folder / "blank.qcow2"
            self.call("qemu-img", "create", "-q", "-f", "qcow2", blank, "64M")
            self.call("qemu-io", "-c", "write -q -P 7 0 64k", blank)
            self.call("vmtemplate", "--import", blank, "-n", "blank", "--user", "debian")
            self.call("vminstantiate", "--paused", "-n", "blank", "mine")
            virsh("destroy", "mine")
            virsh("attach-disk", "mine", str(loose / "y.qcow2"), "vdz", "--driver", "qemu", "--subdriver", "qcow2",
                  "--config")
            virsh("undefine", "Theirs")
            self.assertNotIn("kept", self.call("vmtemplate", "--prune").err)
            self.assertIn(image, volumes())
        with self.subTest("a file that cannot be read"):
            (loose / "y.qcow2").rename(loose / "z.qcow2")
            told = self.call("vmtemplate", "--prune").err
            self.assertIn("unused images were kept: the disk", told)
            self.assertIn("y.qcow2' of the domain 'mine'", told)
            self.assertIn(image, volumes())
        self.call("vmstop", "-d", "-y", "mine")
        self.call("vmtemplate", "-d", "blank")
        self.assertNotIn(image, volumes(), "nobody uses it any more")

    def define_theirs(self, disk: str) -> None:
        self.define("<domain type='qemu'><name>Theirs</name><memory>65536</memory><os><type>hvm</type></os>"
                    f"<devices>{disk}</devices></domain>")

    @one_connection_will_do
    def test_images_of_other_programs_domains_stay(self) -> None:
        self.call("vmstop", "-d", "-y", "one", "two")
        path = virsh("vol-path", "--pool", "nocloud", min(self.images)).strip()
        self.define_theirs(f"<disk type='file'><source file='{path}'/><target dev='vda'/></disk>")
        self.call("vmtemplate", "-d", GUEST.template)
        self.assertIn(min(self.images), volumes())
        virsh("undefine", "Theirs")
        self.call("vmtemplate", "--prune")
        self.assertFalse(self.images & volumes())
