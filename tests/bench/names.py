"""What a shell asks when somebody presses Tab: the names of the VMs, beside virsh's names of all domains."""

from measure import URI, by_turns, median, ratio, run
from table import Row, ms
from world import World

SIZES = (1, 50, 200)
# Beyond that, a person waits.
MOST_MS = 20


def rows_for(size: int, world: World, rounds: int) -> list[Row]:
    programs = {"ours": (world.tool("nocloud"), "--connect", URI, "names", "vms"),
                "virsh": ("virsh", "--quiet", "--connect", URI, "list", "--all", "--name")}
    taken = by_turns(rounds, {name: lambda _, words=words: run(*words).seconds for name, words in programs.items()})
    ours, virsh = median(taken["ours"]), median(taken["virsh"])
    return [Row(f"names of {size} : virsh list", ms(ours), ms(virsh), ratio(taken["ours"], taken["virsh"])),
            Row(f"names of {size}, ms", ms(ours), "-", ours * 1000, MOST_MS)]


def measure(world: World, rounds: int) -> list[Row]:
    _, first = world.add("crowd")
    rows = []
    for size in SIZES:
        world.crowd("crowd", size)
        rows += rows_for(size, world, rounds * 4)
    world.crowd("crowd", 1)
    world.remove(first)
    return rows
