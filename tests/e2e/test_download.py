"""Templates whose image is downloaded: checked before anything uses it, and fetched once."""

import functools
import hashlib
import os
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from case import Case
from collection import module, needs_ansible
from guest import GUEST
from provider import ProviderCase
from world import HOME, World, virsh, volumes

NAME = "fetched"


class Server(SimpleHTTPRequestHandler):
    """The guest's files, on loopback."""

    asked: list[str] = []

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()


class Served(Case):
    """A server with the guest's image."""

    url: str
    checksum: str

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=GUEST.folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.shutdown)
        image = GUEST.folder / GUEST.image
        cls.url = f"http://127.0.0.1:{server.server_port}/{image.name}"
        cls.checksum = "sha256:" + hashlib.sha256(image.read_bytes()).hexdigest()
        # The folder of downloads stays, empty.
        cls.call("vmtemplate", *cls.words(cls.url, "--checksum", cls.checksum))
        cls.call("vmtemplate", "-d", NAME)
        cls.before = World()

    def setUp(self) -> None:
        Server.asked.clear()

    @staticmethod
    def words(source: str, *more: str) -> list:
        _, _, _, _, *rest = GUEST.import_arguments()
        return ["--import", source, "-n", NAME, *rest, *more]

    def assert_no_trace(self) -> None:
        self.assertEqual(list((HOME / ".cache/nocloud/downloads").iterdir()), [])
        self.assert_nothing_left()


class Download(Served):
    def test_it_is_fetched_once_and_boots(self) -> None:
        first = self.call("vmtemplate", *self.words(self.url + "?token=hush", "--checksum", self.checksum))
        again = self.call("vmtemplate", *self.words(self.url + "?token=hush", "--checksum", self.checksum))
        self.assertIn("created", first.err)
        self.assertIn("already there", again.err)
        self.assertEqual(len(Server.asked), 1)
        listed = self.call("vmtemplate", "-l").out
        self.assertIn(f"from {self.url}\n", listed)
        self.call("vminstantiate", "-n", NAME, "--mem", str(GUEST.memory), "one")
        self.assertEqual(self.in_vm("one", "hostname").out.strip(), "one")
        self.call("vmstop", "-d", "-y", "one")
        self.call("vmtemplate", "-d", NAME)
        self.assert_no_trace()

    def test_another_checksum_leaves_nothing(self) -> None:
        refused = self.call("vmtemplate", *self.words(self.url, "--checksum", "sha512:" + "0" * 128), status=3)
        self.assertIn("its checksum is sha512:", refused.err)
        self.assert_no_trace()

    def test_without_a_checksum_it_has_to_be_asked_for(self) -> None:
        refused = self.call("vmtemplate", *self.words(self.url), status=2)
        self.assertIn("needs a checksum", refused.err)
        self.assertEqual(Server.asked, [])
        self.call("vmtemplate", *self.words(self.url, "--insecure"))
        self.assertIn(f"from {self.url}, unchecked\n", self.call("vmtemplate", "-l").out)
        self.call("vmtemplate", "-d", NAME)
        self.assert_no_trace()

    def test_what_is_not_there_is_not_found(self) -> None:
        refused = self.call("vmtemplate", *self.words(self.url + "x", "--insecure"), status=4)
        self.assertIn("404", refused.err)
        self.assert_no_trace()

    def test_what_nobody_needs_is_pruned(self) -> None:
        self.assertEqual(self.call("vmtemplate", "--prune").out, "freed 0 bytes\n")
        stray = f"sha256-{'e' * 64}.qcow2"
        virsh("vol-create-as", "nocloud", stray, "1M", "--allocation", "1M")
        self.assertIn(stray, volumes())
        broken = HOME / ".cache/nocloud/downloads" / ("0" * 64)
        broken.write_bytes(bytes(1000))
        self.call("vmtemplate", "--prune", "-q")  # it may be gone on with yet
        self.assertTrue(broken.exists())
        self.assertNotIn(stray, volumes())
        virsh("vol-create-as", "nocloud", stray, "1M", "--allocation", "1M")
        os.utime(broken, (0, 0))
        pruned = self.call("vmtemplate", "--prune", "--output", "json").json()
        self.assertEqual([image["name"] for image in pruned["images"]], [stray])
        self.assertEqual(pruned["downloads"], [{"file": str(broken), "bytes": 1000}])
        self.assertEqual(pruned["bytes"], pruned["images"][0]["bytes"] + 1000)
        self.assertGreaterEqual(pruned["bytes"], 1 << 20)
        self.call("vminstantiate", "--paused", "-n", GUEST.template, "one")  # whose image is where it was
        self.call("vmstop", "-d", "-y", "one")
        self.assert_no_trace()

    @needs_ansible
    def test_by_ansible(self) -> None:
        wanted = {"name": NAME, "import": self.url, "checksum": self.checksum, "user": "debian"}
        self.assertTrue(module("template", "--check", **wanted)["changed"])
        self.assertEqual(Server.asked, [])
        self.assertTrue(module("template", **wanted)["changed"])
        self.assertFalse(module("template", "--check", **wanted)["changed"])
        self.assertFalse(module("template", **wanted)["changed"])
        self.assertEqual(len(Server.asked), 1)
        self.assertTrue(module("template", name=NAME, state="absent")["changed"])
        self.assert_no_trace()


class TerraformDownload(Served, ProviderCase):
    def test_terraform_downloads_as_well(self) -> None:
        given = dict(zip(self.words(self.url)[4::2], self.words(self.url)[5::2], strict=True))
        folder = self.configuration("fetched", f"""
resource "nocloud_template" "fetched" {{
  name     = "{NAME}"
  import   = "{self.url}"
  checksum = "{self.checksum}"
  user     = "{given['--user']}"
  kernel   = "{given['--kernel']}"
  initrd   = "{given['--initrd']}"
  cmdline  = "{given['--cmdline']}"
}}
""")
        self.apply(folder)
        self.assertEqual(len(Server.asked), 1)
        self.assertIn(f"from {self.url}\n", self.call("vmtemplate", "-l").out)
        self.plan(folder)
        self.destroy(folder)
        self.assert_no_trace()
