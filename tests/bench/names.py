"""What a shell asks when somebody presses Tab: the names of VMs, groups and templates, beside virsh's of all domains."""

from pathlib import Path

from measure import URI, by_turns, median, ratio, run, virsh
from table import Row, ms
from world import World

SIZES = (1, 50, 200)
KINDS = ("vms", "groups", "templates")
# Beyond that, a person waits.
MOST_MS = 20


def rows_for(size: int, world: World, vm: str, rounds: int) -> list[Row]:
    def names(kind: str) -> tuple[Path | str, ...]:
        return (world.tool("nocloud"), "--connect", URI, "names", kind)

    def after_a_change(turn: int) -> float:
        virsh("desc", vm, "--config", f"turn {turn}")
        return run(*names("vms")).seconds

    first = run(*names("vms")).seconds
    programs = {**{kind: names(kind) for kind in KINDS},
                "virsh": ("virsh", "--quiet", "--connect", URI, "list", "--all", "--name")}
    taken = by_turns(rounds, {name: lambda _, words=words: run(*words).seconds for name, words in programs.items()})
    asked = by_turns(rounds, {"ours": after_a_change, "virsh": lambda _: run(*programs["virsh"]).seconds})
    rows = [Row(f"names of {size} VMs that it has not met, ms", ms(first), "-", first * 1000),
            Row(f"vms of {size} after a change : virsh list", ms(median(asked["ours"])), ms(median(asked["virsh"])),
                ratio(asked["ours"], asked["virsh"]))]
    for kind in KINDS:
        ours, virsh_list = median(taken[kind]), median(taken["virsh"])
        rows += [Row(f"{kind} of {size} : virsh list", ms(ours), ms(virsh_list), ratio(taken[kind], taken["virsh"])),
                 Row(f"{kind} of {size}, ms", ms(ours), "-", ours * 1000, MOST_MS)]
    return rows


def measure(world: World, rounds: int) -> list[Row]:
    _, first = world.add("crowd")
    rows = []
    for size in SIZES:
        world.crowd("crowd", size)
        rows += rows_for(size, world, first[0], rounds * 4)
    world.crowd("crowd", 1)
    world.remove(first)
    return rows
