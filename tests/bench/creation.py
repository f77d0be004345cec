"""What one more VM costs the host, beside the same libvirt calls made by hand and beside virt-install."""

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


def virt_install(pattern: Pattern, number: int) -> float:
    """It can't start a guest paused: what this one does until it is gone is not counted."""
    name = f"installed{number}"
    overlay = IMAGES / f"{name}.qcow2"
    began = time.monotonic()
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", pattern.pool / pattern.base, overlay)
    run("virt-install", "--connect", URI, "--name", name, "--memory", "64", "--vcpus", "1", "--virt-type", "qemu",
        "--import", "--disk", f"path={overlay},format=qcow2,bus=virtio",
        "--disk", f"path={pattern.seed},format=raw,bus=virtio,readonly=on", "--network", f"network=nocloud,mac={mac()}",
        "--graphics", "none", "--osinfo", "detect=off,require=off", "--noautoconsole")
    seconds = time.monotonic() - began
    virsh("destroy", name)
    virsh("undefine", name)
    overlay.unlink()
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
        "ten": lambda number: ours(world, 10) / 10,
    }
    by_turns(1, measures)  # libvirt looks at its programs only once
    found = by_turns(rounds, measures)
    pattern.seed.unlink()
    world.remove([pattern.name])

    def row(case: str, one: str, other: str, most: float) -> Row:
        return Row(case, ms(median(found[one])), ms(median(found[other])), ratio(found[one], found[other]), most)

    return [
        row("one more VM : bare C++", "ours", "bare", 1.5),
        row("one more VM : virt-install", "ours", "virt-install", 0.5),
        row("a VM of ten at once : one VM", "ten", "ours", 1.0),
    ]
