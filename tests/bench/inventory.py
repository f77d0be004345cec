"""The inventory of many VMs, beside a C++ program that reads each domain and beside Ansible's own plugin."""

import os
from pathlib import Path

from measure import URI, by_turns, median, output, ratio, run
from table import Row, ms
from world import World

SIZES = (200, 1000)
MOST_MEMORY_MIB = 64


# How Ansible is asked: it reads the inventory, as before every play; or then prints each variable of each host.
READ, PRINTED = "--graph", "--list"


def written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


class Inventories:
    """What Ansible is given: no host; or the same VMs from its own plugin, from ours, or as a text that is ready."""

    def __init__(self, world: World) -> None:
        self.ours = (world.tool("vminventory"), "--list", "--state", "all", "--connect", URI)
        self.bare = (world.program("bare_list"), URI)
        self.ready = world.folder / "ready.json"
        self.sources = {
            "empty": written(world.folder / "empty.yml", "all:\n"),
            "plugin": written(world.folder / "all.libvirt.yml", f"plugin: community.libvirt.libvirt\nuri: {URI}\n"),
            "ours": written(world.folder / "all.nocloud.yml", f"plugin: nocloud.kvm.vms\nuri: {URI}\nstate: all\n"
                                                             f"program: {world.tool('vminventory')}\n"),
            "ready": written(world.folder / "ready", f"#!/bin/sh\nexec cat {self.ready}\n"),
        }
        self.sources["ready"].chmod(0o755)
        os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(world.build / "share/nocloud")

    def alone(self, rounds: int) -> tuple[dict[str, list[float]], float]:
        """Seconds of ours and of the bare program; our peak memory."""
        peaks: list[float] = []

        def ours(_: int) -> float:
            usage = run(*self.ours)
            peaks.append(usage.peak_mib)
            return usage.seconds

        return by_turns(rounds, {"ours": ours, "bare": lambda _: run(*self.bare).seconds}), max(peaks)

    def in_ansible(self, rounds: int, asked: str) -> dict[str, float]:
        """Seconds over an empty inventory: the fastest of each, as both take several times the difference and other
        work of the machine can only add to that."""
        self.ready.write_text(output(*self.ours))
        found = by_turns(rounds, {name: lambda _, source=source: run("ansible-inventory", "-i", source, asked).seconds
                                  for name, source in self.sources.items()})
        return {name: min(found[name]) - min(found["empty"]) for name in ("ours", "ready", "plugin")}


def rows_for(size: int, inventories: Inventories, rounds: int) -> list[Row]:
    alone, peak = inventories.alone(rounds * 2)
    ours = median(alone["ours"])
    read, printed = (inventories.in_ansible(rounds, asked) for asked in (READ, PRINTED))
    plugin = printed["plugin"]

    def row(what: str, over_empty: dict[str, float], name: str, most: float | None = None) -> Row:
        mine, theirs = over_empty[name], over_empty["plugin"]
        return Row(f"{what} of {size} : community.libvirt, both over an empty one", ms(mine), ms(theirs),
                   mine / theirs, most)

    return [
        Row(f"inventory of {size} : bare C++", ms(ours), ms(median(alone["bare"])), ratio(alone["ours"], alone["bare"]),
            2),
        Row(f"inventory of {size} : community.libvirt over an empty one", ms(ours), ms(plugin), ours / plugin, 0.2),
        row("nocloud.kvm.vms, read,", read, "ours", 0.2),
        # Ansible's own dealing with that many hosts, which no inventory can spare it.
        row("a ready text, read,", read, "ready"),
        row("nocloud.kvm.vms, printed,", printed, "ours"),
        row("a ready text, printed,", printed, "ready"),
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
