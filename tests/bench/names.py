"""What a shell asks when somebody presses Tab: the names of VMs, groups and templates, beside virsh's of all domains."""

from pathlib import Path

from measure import URI, by_turns, median, ratio, run
from table import Row, ms
from world import World

SIZES = (1, 50, 200)
KINDS = ("vms", "groups", "templates")
# Beyond that, a person waits.
MOST_MS = 20


def rows_for(size: int, world: World, rounds: int) -> list[Row]:
    def names(kind: str) -> tuple[Path | str, ...]:
        return (world.tool("nocloud"), "--connect", URI, "names", kind)

    first = run(*names("vms")).seconds
    programs = {**{kind: names(kind) for kind in KINDS},
                "virsh": ("virsh", "--quiet", "--connect", URI, "list", "--all", "--name"),
                "start": (world.tool("nocloud"), "--version")}
    taken = by_turns(rounds, {name: lambda _, words=words: run(*words).seconds for name, words in programs.items()})
    virsh = median(taken["virsh"])
    start = median(taken["start"])
    rows = [Row(f"names of {size} VMs that it has not met, ms", ms(first), "-", first * 1000),
            Row(f"vms of {size} : nocloud --version, which loads libvirt, too", ms(median(taken["vms"])), ms(start),
                ratio(taken["vms"], taken["start"]))]
    for kind in KINDS:
        ours = median(taken[kind])
        rows += [Row(f"{kind} of {size} : virsh list", ms(ours), ms(virsh), ratio(taken[kind], taken["virsh"])),
                 Row(f"{kind} of {size}, ms", ms(ours), "-", ours * 1000, MOST_MS)]
    return rows


def measure(world: World, rounds: int) -> list[Row]:
    _, first = world.add("crowd")
    rows = []
    for size in SIZES:
        world.crowd("crowd", size)
        rows += rows_for(size, world, rounds * 4)
    world.crowd("crowd", 1)
    world.remove(first)
    return rows
