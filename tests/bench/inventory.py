"""The inventory of many VMs, beside a C++ program that reads each domain and beside Ansible's own plugin."""

from pathlib import Path

from measure import URI, by_turns, median, output, ratio, run
from table import Row, ms
from world import World

SIZES = (200, 1000)
MOST_MEMORY_MIB = 64


def through_ansible(source: object) -> float:
    return run("ansible-inventory", "-i", str(source), "--list").seconds


def write_script(file: Path, command: str) -> Path:
    """Ansible gives an inventory no arguments of the user's."""
    file.write_text(f'#!/bin/sh\nexec {command}\n')
    file.chmod(0o755)
    return file


class Inventories:
    """What Ansible is given: no host; or the same VMs from its own plugin, from us, or as a text that is ready."""

    def __init__(self, world: World) -> None:
        self.ours = (world.tool("vminventory"), "--list", "--state", "all", "--connect", URI)
        self.bare = (world.program("bare_list"), URI)
        self.ready = world.folder / "ready.json"
        self.sources = {
            "empty": world.folder / "empty.yml",
            "plugin": world.folder / "all.libvirt.yml",
            "ours": write_script(world.folder / "ours", " ".join(map(str, self.ours))),
            "ready": write_script(world.folder / "ready", f"cat {self.ready}"),
        }
        self.sources["empty"].write_text("all:\n")
        self.sources["plugin"].write_text(f"plugin: community.libvirt.libvirt\nuri: {URI}\n")

    def alone(self, rounds: int) -> tuple[dict[str, list[float]], float]:
        """Seconds of ours and of the bare program; our peak memory."""
        peaks: list[float] = []

        def ours(_: int) -> float:
            usage = run(*self.ours)
            peaks.append(usage.peak_mib)
            return usage.seconds

        return by_turns(rounds, {"ours": ours, "bare": lambda _: run(*self.bare).seconds}), max(peaks)

    def in_ansible(self, rounds: int) -> dict[str, list[float]]:
        """Seconds over an empty inventory."""
        self.ready.write_text(output(*self.ours))
        found = by_turns(rounds, {name: lambda _, source=source: through_ansible(source)
                                  for name, source in self.sources.items()})
        return {name: [taken - nothing for taken, nothing in zip(found[name], found["empty"], strict=True)]
                for name in ("ours", "ready", "plugin")}


def rows_for(size: int, inventories: Inventories, rounds: int) -> list[Row]:
    alone, peak = inventories.alone(rounds * 2)
    over_empty = inventories.in_ansible(rounds)
    ours = median(alone["ours"])
    plugin = median(over_empty["plugin"])
    # Ansible's own dealing with that many hosts, which no inventory can spare it.
    ready, through = median(over_empty["ready"]), median(over_empty["ours"])
    return [
        Row(f"inventory of {size} : bare C++", ms(ours), ms(median(alone["bare"])), ratio(alone["ours"], alone["bare"]),
            2),
        Row(f"inventory of {size} : community.libvirt over an empty one", ms(ours), ms(plugin), ours / plugin, 0.2),
        Row(f"ansible-inventory with {size}, ours : community.libvirt, both over an empty one", ms(through), ms(plugin),
            through / plugin),
        Row(f"ansible-inventory with {size}, a ready text : community.libvirt, the same", ms(ready), ms(plugin),
            ready / plugin),
        Row(f"peak memory with {size}, MiB", f"{peak:.1f} MiB", "-", peak, MOST_MEMORY_MIB),
    ]


def measure(world: World, rounds: int) -> list[Row]:
    inventories = Inventories(world)
    _, first = world.add("crowd")
    rows = []
    for size in SIZES:
        world.crowd("crowd", size)
        rows += rows_for(size, inventories, rounds)
    world.crowd("crowd", 1)
    world.remove(first)
    return rows
