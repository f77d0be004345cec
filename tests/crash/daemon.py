"""libvirt's daemon is killed in the middle of a run."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from stage import Stage, require
from world import HOME, SYSTEM, virsh

UNAVAILABLE = 6


def daemons() -> list[int]:
    """This user's daemons."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "comm").read_text().strip() == "libvirtd" and entry.stat().st_uid == os.getuid():
                found.append(int(entry.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def forget_probes() -> None:
    """The QEMUs that a daemon was asking what they can do when it was killed; libvirt's next one leaves them, too."""
    for _ in range(10):  # one may only be about to become a QEMU
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if b"/qmp-" in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:  # it has ended meanwhile
                continue
        time.sleep(0.1)
    for folder in (Path("/var/lib/libvirt/qemu"), HOME / ".config/libvirt/qemu/lib"):
        for probe in folder.glob("qmp-*"):
            shutil.rmtree(probe, ignore_errors=True)


def restart() -> None:
    """An ordinary user's daemon starts by itself."""
    deadline = time.monotonic() + 60
    while not virsh("uri"):
        require(time.monotonic() < deadline, "libvirtd does not answer again")
        if SYSTEM:  # refused as long as the dead one is not quite gone
            subprocess.run(["libvirtd", "-d"], stderr=subprocess.DEVNULL)
        time.sleep(0.1)


def killed_meanwhile(stage: Stage) -> str:
    crew = stage.describe("crew", {"web00": 0, "web01": 0, "db00": 1})
    span = stage.call(*crew.make).seconds
    rounds, told = max(3, stage.kills // 20), 0
    for number in range(rounds):
        words = crew.make if number % 2 else crew.remove
        process = stage.start(*words)
        time.sleep(stage.random.uniform(0, span))
        for daemon in daemons():
            os.kill(daemon, signal.SIGKILL)
        forget_probes()
        restart()
        done = stage.finish(process)
        require(done.status in (0, 1, 4, UNAVAILABLE), f"libvirtd was killed, and the run ended so:\n{done}")
        told += done.status not in (0, 4)
        require(done.status in (0, 4) or done.err.strip(), f"no reason is given:\n{done}")
        stage.call(*crew.make)
        stage.exactly(crew)
    stage.call(*crew.remove)
    # A daemon that dies between plugging a guest in and writing that down forgets the port on its own network.
    stage.forget_network()
    stage.nothing()
    return f"{rounds} kills, {told} runs failed and were mended"


CASES = [killed_meanwhile]
