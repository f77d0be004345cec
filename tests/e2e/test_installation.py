"""Debian's own installer, run to its end without a person, and a VM made from what it has installed.

The installer comes from the package debian-installer-12-netboot-amd64, and all that it installs from the archive that
the machine's own apt uses (see archive.py).
"""

import lzma
import os
import shutil
import socket
import subprocess
import threading
import unittest
import urllib.request
from pathlib import Path

from case import Case, long
from guest import GUEST
from world import LIMIT, SYSTEM, run, virsh

PACKAGE = "debian-installer-12-netboot-amd64"
IMAGES = "usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64"
ARCHIVE = os.environ.get("NOCLOUD_ARCHIVE", "")
NAME = "installed"
# Some of what is not in its initrd, and no installation can do without.
COMPONENTS = ("base-installer", "partman-base", "user-setup-udeb", "grub-installer")

PRESEED = """\
d-i debian-installer/locale string en_US.UTF-8
d-i keyboard-configuration/xkb-keymap select us
d-i netcfg/choose_interface select auto
d-i netcfg/get_hostname string installed
d-i netcfg/get_domain string
d-i mirror/country string manual
d-i mirror/protocol select http
d-i mirror/http/hostname string {host}
d-i mirror/http/directory string /debian
d-i mirror/http/proxy string
d-i mirror/suite string bookworm
d-i passwd/root-login boolean true
d-i passwd/root-password-crypted password !
d-i passwd/make-user boolean false
d-i clock-setup/utc boolean true
d-i clock-setup/ntp boolean false
d-i time/zone string UTC
d-i partman-auto/disk string /dev/vda
d-i partman-auto/method string regular
d-i partman-auto/choose_recipe select atomic
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i partman/confirm_nooverwrite boolean true
d-i base-installer/install-recommends boolean false
d-i base-installer/kernel/image string linux-image-cloud-amd64
d-i apt-setup/services-select multiselect
d-i apt-setup/non-free-firmware boolean false
tasksel tasksel/first multiselect
d-i pkgsel/include string openssh-server cloud-init
d-i pkgsel/upgrade select none
d-i pkgsel/update-policy select none
popularity-contest popularity-contest/participate boolean false
d-i grub-installer/only_debian boolean true
d-i grub-installer/bootdev string /dev/vda
d-i preseed/late_command string \
    rm -f /target/etc/ssh/ssh_host_*; : >/target/etc/machine-id; \
    printf 'source /etc/network/interfaces.d/*\\nauto lo\\niface lo inet loopback\\n' >/target/etc/network/interfaces
d-i finish-install/reboot_in_progress note
"""


def join(near: socket.socket, far: socket.socket) -> None:
    """Carries what comes from either to the other, until one has ended."""

    def carry(source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(1 << 16):
                sink.sendall(piece)
        except OSError:  # the other end is closed: so is this
            pass
        for side in (source, sink):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    threading.Thread(target=carry, args=(near, far), daemon=True).start()
    threading.Thread(target=carry, args=(far, near), daemon=True).start()


def to_archive() -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(ARCHIVE)
    return connection


def fetched(url: str, to: Path) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=LIMIT) as answer, to.open("wb") as file:
            shutil.copyfileobj(answer, file)
    except OSError:  # it is not there, or nobody answers
        return False
    return True


def serve_archive() -> int:
    """The archive on a port of every address of this lab, whose network leads nowhere else; gives the port."""
    listener = socket.create_server(("0.0.0.0", 0))

    def accept() -> None:
        while True:
            join(listener.accept()[0], to_archive())

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


@long
@unittest.skipUnless(SYSTEM and not GUEST.whole, "it is the same on each connection: shown once, on qemu:///system")
class Installation(Case):
    limit = 3 * 3600
    images: Path
    archive: str

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        port = serve_archive()
        cls.archive = f"http://127.0.0.1:{port}"
        package = cls.folder / "installer.deb"
        if not fetched(f"{cls.archive}/package/{PACKAGE}", package):
            raise unittest.SkipTest(f"apt of this machine can't download {PACKAGE}")
        subprocess.run(["dpkg-deb", "-x", package, cls.folder / "package"], check=True, timeout=600)
        cls.images = cls.folder / "package" / IMAGES
        gateway = virsh("net-dumpxml", "nocloud").split("ip address='")[1].split("'")[0]
        (cls.folder / "preseed.cfg").write_text(PRESEED.format(host=f"{gateway}:{port}"))

    def command(self) -> list[str | Path]:
        return ["vmcreate", "-n", NAME, "--kernel", self.images / "linux", "--initrd", self.images / "initrd.gz",
                "--unattended", self.folder / "preseed.cfg", "-m", "1024", "-d", "4", "--timeout", "14400", "-v"]

    def missing_components(self) -> list[str]:
        """Those of the installer's further parts that the archive lists but has not."""
        index = self.folder / "Packages.xz"
        if not fetched(f"{self.archive}/debian/dists/bookworm/main/debian-installer/binary-amd64/Packages.xz", index):
            return ["Packages.xz"]
        files = [line.split()[1] for line in lzma.open(index, "rt") if line.startswith("Filename: ")]
        return [name for name in COMPONENTS
                if not any(fetched(f"{self.archive}/debian/{file}", self.folder / "udeb")
                           for file in files if Path(file).name.startswith(f"{name}_"))]

    def test_debians_installer_takes_its_answers(self) -> None:
        """As far as it gets by what is in its initrd: past locale, keyboard, network and mirror."""
        creation = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.call, "vmstop", "-d", "-y", NAME)
        self.addCleanup(creation.communicate)
        self.addCleanup(creation.kill)
        self.eventually(lambda: NAME in virsh("list", "--name").split())
        log = subprocess.Popen(["vm", "-n", NAME, "--log"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(log.communicate)
        self.addCleanup(log.kill)
        told = ""
        while "Loading additional components" not in told:
            line = log.stdout.readline()
            self.assertTrue(line, told[-2000:])
            told += line
            self.assertNotIn("Prompt:", line, told[-2000:])
        self.assertIn("Checking the Debian archive mirror", told)

    def test_debians_installer_runs_to_its_end(self) -> None:
        missing = self.missing_components()
        if missing:
            self.skipTest(f"the archive that apt of this machine uses lists, but has not, {', '.join(missing)}")
        made = run(*self.command(), limit=15000)
        self.assertEqual(made.status, 0, made)
        self.addCleanup(self.call, "vmtemplate", "-d", NAME)
        self.call("vminstantiate", "-n", NAME, "--timeout", "1200", "fresh")
        self.addCleanup(self.call, "vmstop", "-d", "-y", "fresh")
        self.assertIn("Debian GNU/Linux 12", self.in_vm("fresh", "cat", "/etc/os-release").out)
        self.assertEqual(self.in_vm("fresh", "hostname").out.strip(), "fresh")
