"""What our modules take in Ansible: beside its own ping, beside a module that does nothing, and a group beside its VMs."""

import json
import os
import shutil
from pathlib import Path

from measure import URI, by_turns, median, output, ratio, run
from table import Row, ms
from world import HOW, TEMPLATE, World

TASKS = 20
GROUP = 50


def playbook(file: Path, module: str, arguments: dict, times: int) -> Path:
    task = {"name": "Measure", module: arguments, "loop": list(range(times))}
    file.write_text(json.dumps([{"name": "Measure", "hosts": "localhost", "connection": "local", "gather_facts": False,
                                 "tasks": [task]}]))
    return file


def play(file: Path) -> float:
    return run("ansible-playbook", "-i", "localhost,", "-e", "ansible_python_interpreter=/usr/bin/python3", file).seconds


def measure(world: World, rounds: int) -> list[Row]:
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(world.build / "share/nocloud")
    (world.folder / "library").mkdir()
    shutil.copy(world.program("floor_module"), world.folder / "library/floor")
    description = world.folder / "crew"
    description.write_text(f"{TEMPLATE}:{GROUP}:web:name=crew\n")
    output(world.tool("vminstantiate"), "-f", description, *HOW)

    # Paused VMs are up: nothing is to be done.
    wanted = {"uri": URI, "wait_for": "none"}
    plays = {
        "nothing": ("floor", {}, 0),
        "floor": ("floor", {}, TASKS),
        "ping": ("ansible.builtin.ping", {}, TASKS),
        "vm": ("nocloud.kvm.vm", {"name": "crew00", "template": TEMPLATE, "state": "present", **wanted}, TASKS),
        "group": ("nocloud.kvm.group", {"file": str(description), **wanted}, 1),
    }
    files = {name: playbook(world.folder / f"{name}.json", *what) for name, what in plays.items()}
    found = by_turns(rounds, {name: lambda _, file=file: play(file) for name, file in files.items()})
    world.remove([f"crew{number:02}" for number in range(GROUP)])

    def each(name: str, over: str, parts: int) -> list[float]:
        return [(taken - less) / parts for taken, less in zip(found[name], found[over], strict=True)]

    vm, ping, whole = each("vm", "floor", TASKS), each("ping", "nothing", TASKS), each("vm", "nothing", TASKS)
    group = each("group", "nothing", GROUP)
    return [
        Row("a vm task without a change, over a module that does nothing : ping", ms(median(vm)), ms(median(ping)), ratio(vm, ping),
            1 / 3),
        Row(f"a VM of {GROUP} in one group task without a change : a vm task", ms(median(group)), ms(median(whole)),
            ratio(group, whole)),
    ]
