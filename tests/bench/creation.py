"""What one more VM costs the host, beside the same libvirt calls made by hand and beside virt-install."""

import ipaddress
import re
import time
from pathlib import Path

from measure import URI, by_turns, median, output, ratio, run, virsh
from table import Row, ms
from world import POOL, Pattern, World, mac

IMAGES = Path("/var/lib/libvirt/images")


def ours(world: World, count: int = 1) -> float:
    seconds, names = world.add("bench", count)
    world.remove(names)
    return seconds


def bare(pattern: Pattern, number: int) -> float:
    name = f"bare{number}"
    domain = pattern.domain(name)
    program = pattern.world.program("bare_create")
    seconds = run(program, URI, POOL, pattern.base, name, domain, pattern.seed).seconds
    virsh("destroy", name)
    virsh("undefine", name)
    for volume in (f"{name}.qcow2", f"{name}.seed.iso"):
        virsh("vol-delete", "--pool", POOL, volume)
    return seconds


def make_overlay(pattern: Pattern, name: str) -> Path:
    overlay = IMAGES / f"{name}.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", pattern.pool / pattern.base, overlay)
    return overlay


def import_disk(name: str, overlay: Path, own_mac: str, *seed: str) -> None:
    """By virt-install, which can't start a guest paused: what this one does until it is gone is not counted."""
    run("virt-install", "--connect", URI, "--name", name, "--memory", "64", "--vcpus", "1", "--virt-type", "qemu",
        "--import", "--disk", f"path={overlay},format=qcow2,bus=virtio", *seed, "--network", f"network=nocloud,mac={own_mac}",
        "--graphics", "none", "--osinfo", "detect=off,require=off", "--noautoconsole")


def take_away(name: str, overlay: Path) -> None:
    virsh("destroy", name)
    virsh("undefine", name)
    overlay.unlink()


def virt_install(pattern: Pattern, number: int) -> float:
    name = f"installed{number}"
    began = time.monotonic()
    overlay = make_overlay(pattern, name)
    import_disk(name, overlay, mac(), "--disk", f"path={pattern.seed},format=raw,bus=virtio,readonly=on")
    seconds = time.monotonic() - began
    take_away(name, overlay)
    return seconds


class ByHand:
    """Makes what `vminstantiate` makes with the tools that everybody has: a VM that logs people in by their key, with an
    address and a name that are known beforehand. The address needs a DHCP entry that counts at once, since the guest is
    told nothing else of it."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        address, netmask = re.search(r"<ip address='([0-9.]+)' netmask='([0-9.]+)'", virsh("net-dumpxml", "nocloud")).groups()
        self.subnet = ipaddress.ip_interface(f"{address}/{netmask}").network
        self.user_data = pattern.world.folder / "user-data"
        self.user_data.write_text("#cloud-config\nssh_authorized_keys: [ssh-ed25519 AAAA]\n")

    def __call__(self, number: int) -> float:
        name, address, own_mac = f"by-hand{number}", self.subnet[1500 + number], mac()
        entries = {"ip-dhcp-host": f"<host mac='{own_mac}' name='{name}' ip='{address}'/>",
                   "dns-host": f"<host ip='{address}'><hostname>{name}</hostname></host>"}
        began = time.monotonic()
        overlay = make_overlay(self.pattern, name)
        for section, entry in entries.items():
            run("virsh", "--connect", URI, "net-update", "nocloud", "add", section, entry, "--live", "--config")
        import_disk(name, overlay, own_mac, "--cloud-init", f"user-data={self.user_data}")
        seconds = time.monotonic() - began
        take_away(name, overlay)
        for section, entry in entries.items():
            virsh("net-update", "nocloud", "delete", section, entry, "--live", "--config")
        return seconds


def measure(world: World, rounds: int) -> list[Row]:
    pattern = Pattern(world)
    # The seed has to be where QEMU's user may go.
    pattern.seed = Path(output("mktemp", IMAGES / "seed.XXXXXX").strip())
    virsh("vol-download", "--pool", POOL, f"{pattern.name}.seed.iso", str(pattern.seed))
    measures = {
        "ours": lambda number: ours(world),
        "bare": lambda number: bare(pattern, number),
        "virt-install": lambda number: virt_install(pattern, number),
        "by hand": ByHand(pattern),
        "ten": lambda number: ours(world, 10) / 10,
    }
    by_turns(1, measures)  # libvirt looks at its programs only once
    found = by_turns(rounds, measures)
    pattern.seed.unlink()
    world.remove([pattern.name])

    def row(case: str, one: str, other: str, most: float | None = None) -> Row:
        return Row(case, ms(median(found[one])), ms(median(found[other])), ratio(found[one], found[other]), most)

    return [
        row("one more VM : bare C++", "ours", "bare", 1.5),
        row("one more VM : virt-install doing the same", "ours", "by hand", 0.5),
        row("one more VM : virt-install without seed and address", "ours", "virt-install"),
        row("a VM of ten at once : one VM", "ten", "ours", 1.0),
    ]
