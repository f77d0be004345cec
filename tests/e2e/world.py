"""The world around a case: our executables, virsh, and what can be seen of libvirt from outside."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from output_schema import check

SYSTEM = os.geteuid() == 0
URI = "qemu:///system" if SYSTEM else "qemu:///session"
HOME = Path(os.environ["HOME"])
TOP = Path(__file__).resolve().parent.parent.parent
# The executables that are tried, and what is built beside them.
BINARIES = Path(shutil.which("vminstantiate") or "/nonexistent/bin/vminstantiate").resolve().parent
INVENTORY = str(BINARIES / "vminventory")
SHARE = BINARIES.parent / "share"
DATA = HOME / ".local/share/nocloud"
# Long, because the machine may be slow and emulates its guests; reached only by what hangs.
LIMIT = 1200


@dataclass(frozen=True)
class Finished:
    """A program that has run to its end."""

    words: tuple[str, ...]
    status: int
    out: str
    err: str
    seconds: float

    def json(self) -> dict:
        return json.loads(self.out)

    def __str__(self) -> str:
        return (f"$ {' '.join(self.words)}\n(status {self.status}, {self.seconds:.1f} s)\n"
                f"--- stdout\n{self.out}--- stderr\n{self.err}---")


def run(*words: str | Path, text: str | None = None, env: dict[str, str] | None = None,
        limit: float = LIMIT) -> Finished:
    """Runs a program; `env` is added to our own environment. JSON of ours is as its schema says."""
    command = tuple(str(word) for word in words)
    started = time.monotonic()
    source = {"stdin": subprocess.DEVNULL} if text is None else {"input": text.encode()}
    done = subprocess.run(command, capture_output=True, timeout=limit, env={**os.environ, **(env or {})}, **source)
    check(command, done.returncode, done.stdout.decode(errors="replace"))
    return Finished(command, done.returncode, done.stdout.decode(errors="replace"),
                    done.stderr.decode(errors="replace"), time.monotonic() - started)


def virsh(*words: str) -> str:
    """What virsh says; empty if it refuses."""
    return run("virsh", "--quiet", "--connect", URI, *words, limit=120).out


def domains() -> set[str]:
    return set(virsh("list", "--all", "--name").split())


def volumes() -> set[str]:
    virsh("pool-refresh", "nocloud")
    return {line.split()[0] for line in virsh("vol-list", "nocloud").splitlines() if line.split()}


def networks() -> dict[str, str]:
    """Each network's definition, kept and live, without what counts its users."""
    names = virsh("net-list", "--all", "--name").split() if SYSTEM else []
    texts = {}
    for name in names:
        kept, live = virsh("net-dumpxml", "--inactive", name), virsh("net-dumpxml", name)
        texts[name] = re.sub(r" connections='\d+'", "", kept + live)
    return texts


# Where nocloud and libvirt keep things.
PLACES = ["/run", "/var/lib/libvirt", "/etc/libvirt", str(HOME), os.environ["TMPDIR"]]
# What may come without being anybody's remains.
OTHERS = re.compile(
    r"^/run/lab/source/"  # the source tree, in which others may work
    r"|/case-[^/]*(/|$)"  # a case's own folder
    r"|/libvirt/qemu/log/[^/]*\.log$"  # libvirt's own log of each domain, which its API can't remove
    r"|/libvirt/qemu/capabilities/"  # libvirt's cache
    r"|/run/libvirt/network/[^./]+(\.pid|/ports)?$"  # what libvirt keeps of a network that is no more
    r"|/libvirt/(common|qemu|network|storage|secrets|nodedev|interface|nwfilter)/(run|lib)$"
    r"|/\.ansible(/|$)"  # Ansible's own
)


def files() -> set[str]:
    found = set()
    for place in PLACES:
        for folder, folders, names in os.walk(place):
            if folder.startswith("/run/lab/source"):
                folders.clear()
            found |= {os.path.join(folder, name) for name in [*names, *folders]}
    return {file for file in found if not OTHERS.search(file)}


def processes() -> list[str]:
    """Names of the processes of this lab that outlive a command: guests, dnsmasq, ssh, …"""
    names = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if "/.ansible/cp/" in (entry / "cmdline").read_text(errors="replace"):
                continue  # a connection that Ansible keeps for a minute, for its next command
            names.append((entry / "comm").read_text().strip())
        except OSError:  # it has ended meanwhile
            continue
    # The daemons of a session come and go by themselves.
    return sorted(name for name in names if name not in {"libvirtd", "virtlogd", "qemu-system-x86 <defunct>"})


@dataclass
class World:
    """All that can be left behind."""

    domains: set[str] = field(default_factory=domains)
    volumes: set[str] = field(default_factory=volumes)
    networks: dict[str, str] = field(default_factory=networks)
    files: set[str] = field(default_factory=files)
    processes: list[str] = field(default_factory=processes)

    def added_since(self, before: "World") -> dict[str, object]:
        """What is there now that was not there before; empty if nothing is."""
        changed = {name: text for name, text in self.networks.items() if before.networks.get(name) != text}
        extra = list(self.processes)
        for name in before.processes:
            if name in extra:
                extra.remove(name)
        added = {
            "domains": self.domains - before.domains,
            "volumes": self.volumes - before.volumes,
            "networks": changed,
            "files": self.files - before.files,
            "processes": extra,
        }
        return {kind: things for kind, things in added.items() if things}
