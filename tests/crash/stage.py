"""The stage of every case: a template, description files, the tools, and what must be there afterwards."""

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from images import Image
from world import SYSTEM, URI, Finished, World, domains, files, processes, run, virsh, volumes

TEMPLATE = "tiny"
INTERRUPTED = 130
NETWORK = "nocloud"
DEFECT = re.compile(r"^\w+: internal error|Sanitizer|runtime error:", re.MULTILINE)


class Failure(Exception):
    """What is not as it must be."""


@dataclass(frozen=True)
class Description:
    """A description file and the VMs that it means, with the number of their extra disks."""

    path: Path
    vms: dict[str, int]

    @property
    def make(self) -> list[str]:
        return ["vminstantiate", "-f", str(self.path), "--paused"]

    @property
    def remove(self) -> list[str]:
        return ["vmstop", "-d", "-y", "-g", self.path.name]


def require(condition: object, what: str) -> None:
    if not condition:
        raise Failure(what)


def same(what: str, found: set | list, wanted: set | list) -> None:
    if found == wanted:
        return
    if isinstance(found, set):
        raise Failure(f"{what}: too many {sorted(found - set(wanted))}, missing {sorted(set(wanted) - found)}")
    raise Failure(f"{what}: {found}, not {wanted}")


class Stage:
    uri = URI

    def __init__(self, binaries: Path, kills: int, seed: int) -> None:
        self.kills = kills
        # With few kills asked for, the other cases are to be quick as well.
        self.thorough = kills >= 100
        self.random = random.Random(seed)
        self.dying = binaries.parent / "tests/crash/dying_vminstantiate"
        self.folder = Path(tempfile.mkdtemp())
        os.chmod(self.folder, 0o755)
        os.chdir(self.folder)
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()
        os.environ["TMPDIR"] = str(self.temporary)
        self.image = self.new_image("image", 64)
        self.call(*self.image.arguments(TEMPLATE))
        # A first VM makes what all share and nothing removes: pool, network, keys.
        first = self.describe("first", {"first00": 0})
        self.call(*first.make)
        self.call(*first.remove)
        self.before = World()

    def new_image(self, name: str, megabytes: int) -> Image:
        (self.folder / name).mkdir()
        return Image.made_in(self.folder / name, megabytes)

    def describe(self, name: str, vms: dict[str, int]) -> Description:
        """A description of VMs `NAME00`, `NAME01`, … given in order, each with this number of extra disks."""
        lines = []
        for vm, disks in vms.items():
            extra = f";dsk={','.join(['1'] * disks)}" if disks else ""
            lines.append(f"{TEMPLATE}:1:web:mem=32;cpu=1;name={vm[:-2]}{extra}\n")
        path = self.folder / name
        path.write_text("".join(lines))
        return Description(path, vms)

    # --- Tools

    def call(self, *words: str | Path, status: tuple[int, ...] = (0,), env: dict[str, str] | None = None) -> Finished:
        """Runs a tool, which has to end with one of these statuses and, if it failed, to say why in our words."""
        done = run(*words, env=env, limit=300)
        require(done.status in status, f"expected status {status} of\n{done}")
        require(not DEFECT.search(done.err), f"a defect shows in\n{done}")
        return done

    def start(self, *words: str | Path, env: dict[str, str] | None = None) -> subprocess.Popen:
        return subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env={**os.environ, **(env or {})})

    def finish(self, process: subprocess.Popen) -> Finished:
        out, err = process.communicate(timeout=300)
        done = Finished(tuple(process.args), process.returncode, out.decode(), err.decode(), 0.0)
        require(not DEFECT.search(done.err), f"a defect shows in\n{done}")
        return done

    def strike(self, words: list[str], span: float, by: signal.Signals = signal.SIGKILL) -> bool:
        """Ends a run at a random moment of `span` seconds; false if it was over before."""
        process = self.start(*words)
        time.sleep(self.random.uniform(0, span))
        process.send_signal(by)
        status = self.finish(process).status
        require(by == signal.SIGKILL or status in (0, INTERRUPTED, -by), f"status {status} after {by.name}")
        return status in (-by, INTERRUPTED)

    def no_helpers(self) -> None:
        """What a run has started ends with it."""
        deadline = time.monotonic() + 60
        while left := [name for name in processes() if name.startswith(("qemu-img", "nocloud", "vmtemplate"))]:
            require(time.monotonic() < deadline, f"{left} outlived their parent")
            time.sleep(0.05)

    def nothing_temporary(self) -> None:
        same("temporary folders", set(os.listdir(self.temporary)), set())

    def forget_network(self) -> None:
        """The next VM has to make the network anew."""
        if SYSTEM:
            virsh("net-destroy", NETWORK)
            virsh("net-undefine", NETWORK)

    def forget_pool(self) -> None:
        """libvirt forgets the pool; its files stay."""
        virsh("pool-destroy", NETWORK)
        virsh("pool-undefine", NETWORK)

    def clear(self) -> None:
        """After a failure, by means that don't depend on what is tested."""
        for name in domains() - {f"{TEMPLATE}.template"}:
            virsh("destroy", name)
            virsh("undefine", name)
        for name in volumes() - self.before.volumes:
            virsh("vol-delete", "--pool", NETWORK, name)
        self.forget_network()
        for file in sorted(files() - self.before.files, reverse=True):
            if "nocloud" in file and str(self.folder) not in file:
                shutil.rmtree(file) if os.path.isdir(file) else Path(file).unlink(missing_ok=True)

    # --- What must be

    def exactly(self, *descriptions: Description) -> None:
        """Every described VM is there, whole and paused, and nothing else is."""
        vms = {name: disks for description in descriptions for name, disks in description.vms.items()}
        same("domains", domains(), {f"{TEMPLATE}.template", *vms})
        same("paused", set(virsh("list", "--state-paused", "--name").split()), set(vms))
        listed = self.call("vmrunning", "--owner", "any", "--state", "all", "--output", "json").json()["vms"]
        same("complete VMs", {vm["name"] for vm in listed}, set(vms))
        wanted = {f"{name}.{part}" for name, disks in vms.items()
                  for part in ("qcow2", "seed.iso", "console.log", *(f"disk{i + 1}.qcow2" for i in range(disks)))}
        same("volumes", volumes(), self.before.volumes | wanted)
        self.seeds_are_whole(set(vms))
        if SYSTEM:
            self.entries_are(set(vms))
        else:
            same("ports", len({vm["port"] for vm in listed}), len(vms))
        same("guests", sum(name.startswith("qemu-system") for name in processes()), len(vms))
        unfinished = {file for file in filter(self.counts, files()) if re.search(r"/locks/|\.lock$|\.new", file)}
        same("unfinished files", unfinished, set())

    def counts(self, file: str) -> bool:
        """/tmp is the machine's, and a case's own files are no remains; nor is what a libvirtd that was killed had begun
        to write, which the next one writes over and no call of libvirt removes."""
        return not file.startswith(("/tmp/", str(self.folder))) and not re.search(r"/libvirt/(qemu|network)/.*\.xml\.new$", file)

    def seeds_are_whole(self, names: set[str]) -> None:
        path = ElementTree.fromstring(virsh("pool-dumpxml", NETWORK)).findtext("target/path")
        for name in names:
            with open(f"{path}/{name}.seed.iso", "rb") as seed:
                content = seed.read()
            require(content[0x8001:0x8006] == b"CD001" and name.encode() in content, f"the seed of {name} is not whole")

    def entries_are(self, names: set[str]) -> None:
        """One DHCP and one DNS entry for each VM, with the same address, and no other."""
        kept = ElementTree.fromstring(virsh("net-dumpxml", "--inactive", NETWORK))
        live = ElementTree.fromstring(virsh("net-dumpxml", NETWORK))
        claims = {host.get("name"): host for host in kept.iterfind("ip/dhcp/host")}
        same("claims", sorted(host.get("name") for host in kept.iterfind("ip/dhcp/host")), sorted(names))
        for key in ("ip", "mac"):
            same(f"different {key}s", len({host.get(key) for host in claims.values()}), len(names))
        for which, network in (("kept", kept), ("live", live)):
            told = sorted((host.findtext("hostname"), host.get("ip")) for host in network.iterfind("dns/host"))
            same(f"{which} names", told, sorted((name, claims[name].get("ip")) for name in names))

    def nothing(self) -> None:
        """Nothing is there that was not there before."""
        left = World().added_since(self.before)
        left["files"] = set(filter(self.counts, left.pop("files", set())))
        # A network that was made anew differs in its UUID only.
        texts = left.pop("networks", {})
        for name, text in texts.items():
            if (made := without_uuid(text)) != (was := without_uuid(self.before.networks.get(name, ""))):
                left.setdefault("networks", {})[name] = f"{made}\ninstead of\n{was}"
        require(not any(left.values()), f"left behind: {left}")
        same("domains", domains(), {f"{TEMPLATE}.template"})
        same("volumes", volumes(), self.before.volumes)

    def images_are_whole(self) -> None:
        """Each image volume holds what its name says."""
        path = ElementTree.fromstring(virsh("pool-dumpxml", NETWORK)).findtext("target/path")
        for name in volumes():
            if found := re.fullmatch(r"sha256-([0-9a-f]{64})\..*", name):
                digest = hashlib.sha256(Path(path, name).read_bytes()).hexdigest()
                same(f"the content of {name}", digest, found[1])


def without_uuid(network: str) -> str:
    return re.sub(r"<uuid>.*?</uuid>", "", network)
