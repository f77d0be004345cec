"""Time and memory of programs, taken by turns because machines are noisy."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

URI = "qemu:///system"
# Nothing here takes minutes; what does hangs.
LIMIT = 600


@dataclass(frozen=True)
class Usage:
    """What one run of a program took."""

    seconds: float
    # The kernel counts the moment before the program replaced this interpreter, too: an upper bound.
    peak_mib: float


def run(*words: str | Path) -> Usage:
    """Runs a program to its end. Its output is thrown away; if it fails, what it said ends the benchmark."""
    with tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise SystemExit(f"{words}: status {process.returncode}\n{errors.read().decode(errors='replace')}")
    return Usage(seconds, usage.ru_maxrss / 1024)


def output(*words: str | Path) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=LIMIT, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{words}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def virsh(*words: str) -> str:
    return output("virsh", "--quiet", "--connect", URI, *words)


def by_turns(rounds: int, measures: dict[str, Callable[[int], float]]) -> dict[str, list[float]]:
    """Every measure once a round, in changing order; each is given the number of the round."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures) if number % 2 == 0 else list(reversed(measures))
        for name in names:
            found[name].append(measures[name](number))
    return found


def median(values: list[float]) -> float:
    return statistics.median(values)


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Of what was measured in the same round: a machine that slows down slows both."""
    return median([a / b for a, b in zip(ours, theirs, strict=True)])


def numbers(text: str) -> dict[str, list[float]]:
    """Lines of a word and numbers."""
    return {word: [float(value) for value in values] for word, *values in map(str.split, text.splitlines())}
