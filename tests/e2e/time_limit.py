"""A limit for each case: one that hangs fails by its name, and the others have their turn."""

import signal
import types

# Reached only by what hangs. A class of cases that takes longer says so in its `limit`.
SECONDS = 1800
# What a case waits for while it fails, such as a program that it began, hangs too.
AGAIN_SECONDS = 60


class Hung(AssertionError):
    pass


def tell(_number: int, _frame: types.FrameType | None) -> None:
    raise Hung("its time limit is over")


def begin(seconds: float = SECONDS) -> None:
    """From now on the main thread has this long, until the next call; afterwards whatever it does raises Hung."""
    signal.signal(signal.SIGALRM, tell)
    signal.setitimer(signal.ITIMER_REAL, seconds, min(seconds, AGAIN_SECONDS))


def end() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
