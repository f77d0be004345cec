"""All cases, in the order in which they run."""

from collections.abc import Callable
from dataclasses import dataclass

import daemon
import every_call
import people
import races
import random_kills
from stage import Stage
from world import SYSTEM


@dataclass(frozen=True)
class Case:
    name: str
    # Gives a remark, or raises Failure.
    play: Callable[[], str | None]


def cases(stage: Stage) -> list[Case]:
    found = [*random_kills.CASES, *every_call.CASES, *races.CASES, *daemon.CASES, *(people.CASES if SYSTEM else [])]
    return [Case(f"{play.__module__}.{play.__name__}", lambda play=play: play(stage)) for play in found]
