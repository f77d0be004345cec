"""nocloud's programs on the lab's libvirtd: a template over an empty disk, VMs that start paused."""

import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import URI, output, run, virsh

TEMPLATE = "bench"
POOL = "nocloud"
# Emulated guests cost libvirt as much as others, and start on any machine; paused, they cost nothing more.
HOW = ("--paused", "--virt-type", "qemu", "--connect", URI, "--quiet")


@dataclass
class World:
    build: Path
    folder: Path

    def tool(self, name: str) -> Path:
        return self.build / "bin" / name

    def program(self, name: str) -> Path:
        return self.build / "bench" / name

    def make_template(self) -> None:
        disk = self.folder / "empty.qcow2"
        output("qemu-img", "create", "-q", "-f", "qcow2", disk, "64M")
        output(self.tool("vmtemplate"), "--import", disk, "-n", TEMPLATE, "--mem", "64", "--connect", URI, "--quiet")

    def add(self, group: str, count: int = 1) -> tuple[float, list[str]]:
        """The seconds that it takes, and the names of the new VMs."""
        before = domains()
        seconds = run(self.tool("vminstantiate"), "-n", TEMPLATE, "-C", str(count), "-g", group, *HOW).seconds
        return seconds, sorted(domains() - before)

    def remove(self, names: list[str]) -> None:
        output(self.tool("vmstop"), "-d", "-y", "--connect", URI, "--quiet", *names)

    def crowd(self, group: str, count: int) -> None:
        output(self.program("crowd"), URI, TEMPLATE, group, str(count))


def domains() -> set[str]:
    return set(virsh("list", "--all", "--name").split())


class Pattern:
    """What a VM of nocloud's is made from, so that others can make one like it."""

    def __init__(self, world: World) -> None:
        self.world = world
        _, (self.name,) = world.add("pattern")
        self.xml = virsh("dumpxml", "--inactive", self.name)
        self.base = re.search(r"<nocloud:base volume=['\"]([^'\"]+)", self.xml).group(1)
        self.pool = Path(re.search(r"<path>(.*)</path>", virsh("pool-dumpxml", POOL)).group(1))
        self.seed = world.folder / "seed.iso"
        virsh("vol-download", "--pool", POOL, f"{self.name}.seed.iso", str(self.seed))

    def domain(self, name: str) -> Path:
        """The same domain with another name and MAC, as a file."""
        xml = re.sub(r"<uuid>.*</uuid>", "", self.xml).replace(self.name, name)
        file = self.world.folder / f"{name}.xml"
        file.write_text(xml.replace(re.search(r"<mac address='([^']+)'", xml).group(1), mac()))
        return file


def mac() -> str:
    return "52:54:00:" + ":".join(f"{byte:02x}" for byte in uuid.uuid4().bytes[:3])


def temporary_folder() -> TemporaryDirectory:
    return TemporaryDirectory(prefix="bench.")
