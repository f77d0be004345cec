"""The inventory of many VMs, beside a C++ program that reads each domain and beside Ansible's own plugin."""

from measure import URI, by_turns, median, ratio, run
from table import Row, ms
from world import World

SIZES = (200, 1000)
MOST_MEMORY_MIB = 64


def through_ansible(source: object) -> float:
    return run("ansible-inventory", "-i", str(source), "--list").seconds


def measure(world: World, rounds: int) -> list[Row]:
    plugin = world.folder / "all.libvirt.yml"
    plugin.write_text(f"plugin: community.libvirt.libvirt\nuri: {URI}\n")
    # Ansible gives an inventory no arguments of the user's.
    script = world.folder / "inventory"
    script.write_text(f'#!/bin/sh\nexec {world.tool("vminventory")} --state all --connect {URI} "$@"\n')
    script.chmod(0o755)
    empty = world.folder / "empty.yml"
    empty.write_text("all:\n")

    _, first = world.add("crowd")
    peaks: list[float] = []

    def ours(_: int) -> float:
        usage = run(world.tool("vminventory"), "--list", "--state", "all", "--connect", URI)
        peaks.append(usage.peak_mib)
        return usage.seconds

    rows = []
    for size in SIZES:
        world.crowd("crowd", size)
        peaks.clear()
        found = by_turns(rounds * 2, {"ours": ours, "bare": lambda _: run(world.program("bare_list"), URI).seconds})
        rows.append(Row(f"inventory of {size} : bare C++", ms(median(found["ours"])), ms(median(found["bare"])),
                        ratio(found["ours"], found["bare"]), 2))
        rows.append(Row(f"its peak memory, MiB ({size})", f"{max(peaks):.1f} MiB", "-", max(peaks), MOST_MEMORY_MIB))
        found = by_turns(rounds, {"ours": lambda _: through_ansible(script), "empty": lambda _: through_ansible(empty),
                                  "plugin": lambda _: through_ansible(plugin)})
        ours_over, plugin_over = ([taken - nothing for taken, nothing in zip(found[name], found["empty"], strict=True)]
                                  for name in ("ours", "plugin"))
        rows.append(Row(f"ansible with {size} over an empty one : community.libvirt", ms(median(ours_over)),
                        ms(median(plugin_over)), median(ours_over) / median(plugin_over), 0.2))
    world.crowd("crowd", 1)
    world.remove(first)
    return rows
