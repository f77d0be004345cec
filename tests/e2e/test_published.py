"""Templates by the names of published images: nothing is used before its publisher is known to have meant it."""

import functools
import hashlib
import json
import shutil
import subprocess
import tempfile
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from case import Case, one_connection_will_do, tiny_guest_will_do
from guest import GUEST
from test_download import Server
from world import HOME, World

NAME = "published"
LIST, SIGNATURE, KEYS = "SHA256SUMS", "SHA256SUMS.sign", "publisher.asc"
CATALOGUE = HOME / ".config/nocloud/images.json"


class Signer:
    """Somebody with an OpenPGP key."""

    def __init__(self, name: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="case-"))
        self.gpg("--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never")
        lines = self.gpg("--with-colons", "--fingerprint").decode().splitlines()
        self.fingerprint = next(line.split(":")[9] for line in lines if line.startswith("fpr:"))

    def gpg(self, *words: str) -> bytes:
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet", *words], check=True,
                              capture_output=True, timeout=300).stdout

    def sign(self, file: Path, to: Path) -> None:
        to.unlink(missing_ok=True)
        self.gpg("--output", str(to), "--detach-sign", str(file))

    def gone(self) -> None:
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=True, timeout=60)
        shutil.rmtree(self.home)


@tiny_guest_will_do
@one_connection_will_do
class Published(Case):
    """Each case begins with a mirror on loopback where all is as it should be."""

    mirror: Path
    url: str
    publisher: Signer
    mallory: Signer

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.mirror = cls.folder / "mirror"
        cls.mirror.mkdir()
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=cls.mirror))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.shutdown)
        cls.url = f"http://127.0.0.1:{server.server_port}/"
        cls.publisher, cls.mallory = Signer("publisher"), Signer("mallory")
        cls.addClassCleanup(cls.publisher.gone)
        cls.addClassCleanup(cls.mallory.gone)
        cls.publish()
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        cls.addClassCleanup(CATALOGUE.unlink)
        cls.list_it()
        cls.call("vmtemplate", NAME)  # the folder of downloads stays, empty
        cls.call("vmtemplate", "-d", NAME)
        cls.before = World()

    @classmethod
    def publish(cls) -> None:
        image = cls.mirror / "disk.qcow2"
        shutil.copy(GUEST.folder / GUEST.image, image)
        (cls.mirror / LIST).write_text(f"{hashlib.sha256(image.read_bytes()).hexdigest()} *disk.qcow2\n")
        (cls.mirror / KEYS).write_bytes(cls.publisher.gpg("--armor", "--export"))
        cls.publisher.sign(cls.mirror / LIST, cls.mirror / SIGNATURE)

    @classmethod
    def list_it(cls, **changes: object) -> None:
        entry = {"mirror": cls.url, "image": "disk.qcow2", "checksums": LIST, "signature": SIGNATURE, "keys": KEYS,
                 "signers": [cls.publisher.fingerprint], "user": "debian", **changes}
        CATALOGUE.write_text(json.dumps({NAME: {name: value for name, value in entry.items() if value is not None}}))

    def setUp(self) -> None:
        self.publish()
        self.list_it()
        Server.asked.clear()

    def refused(self, status: int, *words: str) -> str:
        told = self.call("vmtemplate", NAME, *words, status=status).err
        self.assertEqual(list((HOME / ".cache/nocloud/downloads").iterdir()), [])
        self.assert_nothing_left()
        self.assertNotIn("/disk.qcow2", Server.asked)
        return told

    def test_what_its_publisher_has_signed_is_made_once_and_renewed_when_asked(self) -> None:
        self.assertIn(f"{NAME}  can be downloaded: vmtemplate {NAME} (authenticity: signed; never tried)",
                      self.call("vmtemplate", "-l").out)
        self.assertIn("created", self.call("vmtemplate", NAME).err)
        Server.asked.clear()
        self.assertIn("already there", self.call("vmtemplate", NAME).err)
        self.assertEqual(Server.asked, [])
        self.assertIn("already there", self.call("vmtemplate", NAME, "--update").err)
        self.assertNotIn("/disk.qcow2", Server.asked)
        with (self.mirror / "disk.qcow2").open("ab") as image:  # a newer one
            image.write(bytes(65536))
        digest = hashlib.sha256((self.mirror / "disk.qcow2").read_bytes()).hexdigest()
        (self.mirror / LIST).write_text(f"SHA256 (disk.qcow2) = {digest}\n")
        self.publisher.sign(self.mirror / LIST, self.mirror / SIGNATURE)
        self.assertIn("updated", self.call("vmtemplate", NAME, "--update").err)
        listed = self.call("vmtemplate", "-l", "--output", "json").json()
        template = next(template for template in listed["templates"] if template["name"] == NAME)
        self.assertEqual(template["origin"], {"url": f"{self.url}disk.qcow2", "checksum": f"sha256:{digest}"})
        self.call("vmtemplate", "-d", NAME)
        self.assert_nothing_left()

    def test_a_list_that_was_changed_is_refused(self) -> None:
        (self.mirror / LIST).write_text("0" * 64 + "  disk.qcow2\n")
        self.assertIn("no good signature", self.refused(3))

    def test_a_signature_that_is_missing_is_not_done_without(self) -> None:
        (self.mirror / SIGNATURE).unlink()
        self.refused(4)

    def test_who_changes_list_signature_and_keys_is_not_its_publisher(self) -> None:
        self.mallory.sign(self.mirror / LIST, self.mirror / SIGNATURE)
        self.assertIn("no good signature", self.refused(3))
        (self.mirror / KEYS).write_bytes(self.mallory.gpg("--armor", "--export"))
        self.assertIn("who is not its publisher", self.refused(3))

    def test_a_signature_within_the_list_will_do_and_covers_no_more(self) -> None:
        within = self.mirror / "CHECKSUM"
        within.unlink(missing_ok=True)
        self.publisher.gpg("--output", str(within), "--clearsign", str(self.mirror / LIST))
        self.list_it(checksums=within.name, signature="within")
        self.call("vmtemplate", NAME)
        self.call("vmtemplate", "-d", NAME)
        image = (self.mirror / LIST).read_text()
        (self.mirror / LIST).write_text(image.replace("disk.qcow2", "other.qcow2"))
        within.unlink()
        self.publisher.gpg("--output", str(within), "--clearsign", str(self.mirror / LIST))
        within.write_text(image + within.read_text() + image)
        Server.asked.clear()
        self.assertIn("does not name 'disk.qcow2'", self.refused(4))

    def test_an_image_may_be_signed_itself(self) -> None:
        image, signature = self.mirror / "disk.qcow2", self.mirror / "disk.qcow2.sig"
        self.list_it(signature=signature.name, signs="image")
        signature.unlink(missing_ok=True)
        self.refused(4)  # and not downloaded without
        self.mallory.sign(image, signature)
        refused = functools.partial(self.call, "vmtemplate", NAME, status=3)
        self.assertIn("no good signature", refused().err)
        (self.mirror / KEYS).write_bytes(self.mallory.gpg("--armor", "--export"))
        self.assertIn("who is not its publisher", refused().err)
        self.publish()
        self.publisher.sign(image, signature)
        with image.open("ab") as more:  # whoever changes the image changes the list, too
            more.write(bytes(65536))
        (self.mirror / LIST).write_text(f"{hashlib.sha256(image.read_bytes()).hexdigest()}  disk.qcow2\n")
        self.assertIn("no good signature", refused().err)
        self.assertEqual(list((HOME / ".cache/nocloud/downloads").iterdir()), [])
        self.assert_nothing_left()
        self.publisher.sign(image, signature)
        self.assertIn("signed by its publisher", self.call("vmtemplate", NAME, "-v").err)
        self.call("vmtemplate", "-d", NAME)
        self.assert_nothing_left()

    def test_the_list_may_name_the_image(self) -> None:
        self.list_it(image="disk*.qcow2")
        self.call("vmtemplate", NAME)
        self.assertIn("/disk.qcow2", Server.asked)
        self.call("vmtemplate", "-d", NAME)
        digest = hashlib.sha256((self.mirror / "disk.qcow2").read_bytes()).hexdigest()
        (self.mirror / LIST).write_text(f"{digest}  disk.qcow2\n{digest}  disk-1.qcow2\n")
        self.publisher.sign(self.mirror / LIST, self.mirror / SIGNATURE)
        Server.asked.clear()
        self.assertIn("both 'disk.qcow2' and 'disk-1.qcow2'", self.refused(3))

    def test_nothing_is_taken_that_nothing_proves(self) -> None:
        self.list_it(signature=None, keys=None, signers=None)
        self.assertIn("nothing proves", self.refused(3))

    def test_a_list_that_does_not_name_the_image_is_of_no_use(self) -> None:
        self.list_it(image="images/disk.img")
        self.assertIn("does not name 'disk.img'", self.refused(4))

    def test_another_image_than_the_list_says_is_thrown_away(self) -> None:
        with (self.mirror / "disk.qcow2").open("r+b") as image:
            image.seek(-1, 2)
            image.write(b"x")
        self.assertIn("its checksum is", self.call("vmtemplate", NAME, status=3).err)
        self.assertEqual(list((HOME / ".cache/nocloud/downloads").iterdir()), [])
        self.assert_nothing_left()

    def test_another_mirror_may_be_named(self) -> None:
        self.list_it(mirror="https://nowhere.invalid/")
        self.call("vmtemplate", NAME, "--mirror", self.url, "-n", "elsewhere")
        self.call("vmtemplate", "-d", "elsewhere")
        self.assert_nothing_left()

    def test_an_unknown_name_is_told_with_those_there_are(self) -> None:
        told = self.call("vmtemplate", "nosuch", status=4).err
        self.assertIn("'nosuch'", told)
        self.assertIn("debian13", told)
        CATALOGUE.write_text("{")
        self.assertIn(str(CATALOGUE), self.call("vmtemplate", NAME, status=3).err)
